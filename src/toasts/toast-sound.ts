// A short sound for toasts, made on the spot. Off unless asked for; browsers allow it only after a person has pressed something.
import { type Clock, systemClock } from '../base/clock.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'
import type { ToastPriority } from './toast-rules.ts'

export interface ToastSoundOptions {
  /** From 0 to 1. @default 0.3 */
  volume?: number | undefined
  /** The least priority that is heard. @default 'normal' */
  minPriority?: ToastPriority | undefined
}

export interface ToastSound {
  /** @param options null: off */
  set(options: ToastSoundOptions | null): void
  play(priority: ToastPriority): void
  /** Plays it whatever is set; to be called from a press of a person, which unlocks it. */
  test(): void
  /** The last one could not be heard, since nobody has pressed anything yet or the browser forbids it. */
  isBlocked(): boolean
  subscribe(listener: () => void): Undo
}

const order: readonly ToastPriority[] = ['low', 'normal', 'high', 'critical']
const gestures = ['pointerdown', 'pointerup', 'keydown'] as const
/** Between two sounds, in ms. */
const gapMs = 1_000
/** How long a browser may take to start, in ms. */
const startMs = 300
/** Of one note, in s. */
const noteSeconds = 0.12

const sounds = new WeakMap<object, ToastSound>()

/** @param client all who show toasts of it share one */
export function soundOf(client: object): ToastSound {
  const known = sounds.get(client) ?? createToastSound(systemClock)
  sounds.set(client, known)
  return known
}

export function createToastSound(clock: Clock): ToastSound {
  const changes = createEmitter<void>(throwLater)
  let options: ToastSoundOptions | null = null
  const timers = createScope(clock)
  let listening: Scope | null = null
  let context: AudioContext | null = null
  let isPressed = false
  let isBlocked = false
  let cancelLook: Undo | null = null
  let lastAt = -Infinity

  function tell(blocked: boolean) {
    if (blocked === isBlocked) return
    isBlocked = blocked
    changes.emit()
  }

  function press() {
    isPressed = true
    open()
  }

  /** Null where nobody has pressed anything yet, or there is no audio; what is there may still be on its way to run. */
  function open(): AudioContext | null {
    if (!isPressed && !hasBeenPressed()) return null
    try {
      context ??= new AudioContext()
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- there is to be one, however often this runs
      context.onstatechange = () => context?.state === 'running' && tell(false)
      if (context.state !== 'running') context.resume().catch(() => {})
      return context
    } catch {
      // A page may have too many of them, or a browser none at all: a toast without a sound is still a toast.
      return null
    }
  }

  function ring(priority: ToastPriority, isPress: boolean) {
    const opened = open()
    if (opened === null) return tell(true)
    // One that does not run keeps what it is given, and would play all of it at once when it does.
    if (isPress || opened.state === 'running') chime(opened, options?.volume ?? 0.3, priority)
    cancelLook?.()
    cancelLook = timers.timeout(() => tell(opened.state !== 'running'), startMs)
    return undefined
  }

  function listen(): Scope {
    const scope = createScope(clock)
    for (const gesture of gestures) {
      document.addEventListener(gesture, press, { capture: true, passive: true })
      scope.own(() => document.removeEventListener(gesture, press, { capture: true }))
    }
    return scope
  }

  return {
    set(next) {
      options = next
      if (next !== null) listening ??= listen()
      else if (listening !== null) {
        listening.dispose()
        listening = null
        cancelLook?.()
        context?.close().catch(() => {})
        context = null
        tell(false)
      }
    },
    play(priority) {
      const now = clock.now()
      if (options === null || order.indexOf(priority) < order.indexOf(options.minPriority ?? 'normal')) return
      if (now >= lastAt && now - lastAt < gapMs) return
      lastAt = now
      ring(priority, false)
    },
    test() {
      isPressed = true
      ring('normal', true)
    },
    isBlocked: () => isBlocked,
    subscribe: (listener) => changes.on(listener),
  }
}

/** Before anybody listened; not every browser tells. */
const hasBeenPressed = () => (navigator as { userActivation?: UserActivation }).userActivation?.hasBeenActive ?? false

/** Two notes, three where it is critical: 0.36 s at most. */
function chime(context: AudioContext, volume: number, priority: ToastPriority) {
  const notes = priority === 'critical' ? [880, 587, 880] : [587, 880]
  const start = context.currentTime
  const end = start + notes.length * noteSeconds
  const gain = context.createGain()
  gain.gain.setValueAtTime(Math.min(1, Math.max(0, volume)), start)
  gain.gain.linearRampToValueAtTime(0, end)
  gain.connect(context.destination)
  for (const [index, frequency] of notes.entries()) {
    const note = context.createOscillator()
    note.frequency.value = frequency
    note.connect(gain)
    note.start(start + index * noteSeconds)
    note.stop(start + (index + 1) * noteSeconds)
    if (index === notes.length - 1) note.addEventListener('ended', () => gain.disconnect())
  }
}
