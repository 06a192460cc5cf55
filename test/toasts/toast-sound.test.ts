import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createToastSound, type ToastSound } from '../../src/toasts/toast-sound.ts'

/** What a browser has: it may run only after a press, and starts a little later. */
class FakeAudio {
  static made: FakeAudio[] = []
  static isAllowed = true
  state: 'suspended' | 'running' | 'closed' = 'suspended'
  currentTime = 0
  destination = {}
  onstatechange: (() => void) | null = null
  notes: { start: number; stop: number }[] = []
  volume = -1
  constructor() {
    FakeAudio.made.push(this)
    void this.resume()
  }
  resume() {
    if (FakeAudio.isAllowed) {
      setTimeout(() => {
        if (this.state === 'suspended') this.state = 'running'
        this.onstatechange?.()
      }, 20)
    }
    return FakeAudio.isAllowed ? Promise.resolve() : new Promise<void>(() => {})
  }
  close() {
    this.state = 'closed'
    return Promise.resolve()
  }
  createGain() {
    const set = (value: number) => void (this.volume = value)
    return { gain: { setValueAtTime: set, linearRampToValueAtTime() {} }, connect() {}, disconnect() {} }
  }
  createOscillator() {
    const note = { start: -1, stop: -1 }
    this.notes.push(note)
    return {
      frequency: { value: 0 },
      connect() {},
      start: (at: number) => void (note.start = at),
      stop: (at: number) => void (note.stop = at),
      addEventListener() {},
    }
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  FakeAudio.made = []
  FakeAudio.isAllowed = true
  vi.stubGlobal('AudioContext', FakeAudio)
})
afterEach(() => {
  for (const sound of sounds.splice(0)) sound.set(null)
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const sounds: ToastSound[] = []

const press = (type = 'pointerdown') => document.body.dispatchEvent(new Event(type, { bubbles: true }))

function create(options: Parameters<ReturnType<typeof createToastSound>['set']>[0] = {}) {
  const sound = createToastSound(systemClock)
  sounds.push(sound)
  sound.set(options)
  return sound
}

it('makes no AudioContext before somebody has pressed something, and says that it is blocked', () => {
  const sound = create()
  const changed = vi.fn()
  sound.subscribe(changed)
  sound.play('high')
  expect(FakeAudio.made).toHaveLength(0)
  expect(sound.isBlocked()).toBe(true)
  expect(changed).toHaveBeenCalledTimes(1)
})

it.each(['pointerdown', 'keydown'])('is heard after a %s: less than a second, as loud as it is told', (gesture) => {
  const sound = create({ volume: 0.5 })
  press(gesture)
  vi.advanceTimersByTime(50)
  sound.play('critical')
  vi.advanceTimersByTime(500)
  const [audio] = FakeAudio.made
  expect(FakeAudio.made).toHaveLength(1)
  expect(audio!.volume).toBe(0.5)
  expect(Math.max(...audio!.notes.map(({ stop }) => stop))).toBeLessThan(1)
  expect(sound.isBlocked()).toBe(false)
})

it('sounds once a second at most, and for nothing below the least priority', () => {
  const sound = create({ minPriority: 'high' })
  press()
  vi.advanceTimersByTime(50)
  sound.play('normal')
  const { notes } = FakeAudio.made[0]!
  expect(notes).toHaveLength(0)
  sound.play('high')
  sound.play('critical')
  expect(notes).toHaveLength(2)
  vi.advanceTimersByTime(1_000)
  sound.play('high')
  expect(notes).toHaveLength(4)
})

it('of what could not be heard nothing is heard later', () => {
  FakeAudio.isAllowed = false
  const sound = create()
  press()
  for (let index = 0; index < 3; index++) {
    sound.play('high')
    vi.advanceTimersByTime(1_000)
  }
  expect(sound.isBlocked()).toBe(true)
  expect(FakeAudio.made[0]!.notes).toHaveLength(0)
  FakeAudio.isAllowed = true
  press('keydown')
  vi.advanceTimersByTime(50)
  expect(sound.isBlocked()).toBe(false)
  sound.play('high')
  expect(FakeAudio.made[0]!.notes).toHaveLength(2)
})

it('a test is a press of its own, also while the sound is off', () => {
  const sound = create(null)
  sound.play('critical')
  expect(sound.isBlocked()).toBe(false)
  sound.test()
  vi.advanceTimersByTime(500)
  expect(FakeAudio.made[0]!.notes).toHaveLength(2)
  expect(sound.isBlocked()).toBe(false)
})

it('a browser without audio, or with too much of it, throws nothing', () => {
  const sound = create()
  vi.stubGlobal('AudioContext', undefined)
  press()
  sound.play('high')
  sound.test()
  expect(sound.isBlocked()).toBe(true)
})

it('once it is off it listens no more and lets the audio go', () => {
  const sound = create()
  press()
  sound.play('high')
  sound.set(null)
  expect(FakeAudio.made[0]!.state).toBe('closed')
  press()
  sound.play('high')
  expect(FakeAudio.made).toHaveLength(1)
  expect(sound.isBlocked()).toBe(false)
  sound.set({})
  vi.advanceTimersByTime(1_000)
  sound.play('high')
  expect(FakeAudio.made).toHaveLength(2)
})
