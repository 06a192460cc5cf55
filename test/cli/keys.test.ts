// What each key does, by itself and through a terminal.
import { spawn, spawnSync } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { createKeys } from '../../src/cli/keys.ts'
import type { MockState } from '../../src/cli/mock-actions.ts'
import { createTerminal, hasColours, styleFor } from '../../src/cli/terminal.ts'
import { until } from '../smoke/until.ts'
import { bin, root } from './process.ts'

const state: MockState = {
  sessions: [{ id: '1', transport: 'sse', protocol: 'plain', subject: 'ada', state: 'subscribed', since: 0 }],
  sent: 7,
  scenario: { name: 'x', state: 'playing', step: 2, steps: 5 },
  events: ['one', 'two'],
  faults: { mutedForMs: 1_200, losing: 1, duplicating: 0, reordering: 2 },
  recent: [],
}

function open(names: readonly string[] = ['one', 'two'], shown: MockState = state) {
  const said: string[] = []
  const actions = { emit: vi.fn(() => []), fault: vi.fn(), play: vi.fn(), state: shown }
  const quit = vi.fn()
  const events = new Map(names.map((name) => [name, { type: name }]))
  const keys = createKeys({ actions, scenario: { events }, say: (text) => said.push(text), quit })
  return { keys, said, quit, ...actions }
}

describe('keys', () => {
  it('send the named events, in the order of the scenario', () => {
    const { keys, emit } = open()
    for (const key of ['2', '1', '3', '0']) keys.press(key)
    expect(emit.mock.calls).toEqual([[[{ type: 'two' }]], [[{ type: 'one' }]]])
  })

  it.each([
    ['d', { drop: 'links' }],
    ['l', { drop: 1 }],
    ['u', { duplicate: 1 }],
    ['r', { reorder: 2 }],
    ['m', { mute: 10_000 }],
    ['e', { expire: true }],
    ['c', { clear: true }],
  ])('break something: %s', (key, request) => {
    const { keys, fault } = open()
    keys.press(key)
    expect(fault.mock.calls).toEqual([[request]])
  })

  it('play, begin again, and quit', () => {
    const { keys, play, quit } = open()
    for (const key of ['p', 'b', 'q', '\u0003']) keys.press(key)
    expect([play.mock.calls, quit.mock.calls.length]).toEqual([[['toggle'], ['restart']], 2])
  })

  it('tell how things are', () => {
    const { keys, said } = open()
    keys.press('s')
    expect(said).toEqual([
      [
        'clients    ada by sse',
        'events     7 sent',
        'scenario   playing, step 2 of 5',
        'faults     mute for 2 s more, losing 1, waiting for 2 to turn round',
      ].join('\n'),
    ])
  })

  it('tell how things are where nothing is', () => {
    const faults = { mutedForMs: 0, losing: 0, duplicating: 0, reordering: 0 }
    const scenario = { name: 'x', state: 'over', step: 0, steps: 0 } as const
    const { keys, said } = open([], { ...state, sessions: [], scenario, faults })
    keys.press('s')
    expect(said).toEqual(['clients    none\nevents     7 sent\nscenario   over\nfaults     none'])
  })

  it('are all in their help, which comes again at ?', () => {
    const { keys, said } = open(Array.from({ length: 12 }, (_, index) => `event ${index + 1}`))
    keys.press('?')
    expect(said).toEqual([keys.help])
    for (const key of [
      '[1] event 1',
      '[9] event 9',
      '[p]',
      '[b]',
      '[s]',
      '[?]',
      '[q]',
      '[d]',
      '[l]',
      '[u]',
      '[r]',
      '[m]',
      '[e]',
      '[c]',
    ])
      expect(keys.help).toContain(key)
    expect(keys.help).not.toContain('event 10')
    // With a margin of two, for a terminal of 80 columns.
    expect(Math.max(...keys.help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(76)
  })

  it('do nothing where they mean nothing', () => {
    const { keys, emit, fault, play, quit, said } = open()
    for (const key of ['x', '\u001b', '[', 'A', ' ', 'constructor', '']) keys.press(key)
    expect([emit, fault, play, quit].flatMap((action) => action.mock.calls)).toEqual([])
    expect(said).toEqual([])
  })

  it('say what could not be sent', () => {
    const { keys, emit, said } = open()
    emit.mockImplementation(() => {
      throw new Error('too large')
    })
    keys.press('1')
    expect(said).toEqual(['Error: too large'])
  })
})

describe('a terminal', () => {
  it('has colours only where somebody sits in front of it, and did not ask for none', () => {
    expect(hasColours({ isTTY: true }, {})).toBe(true)
    expect(hasColours({ isTTY: true }, { NO_COLOR: '' })).toBe(true)
    expect(hasColours({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
    expect(hasColours({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
    expect(hasColours({}, {})).toBe(false)
    expect([styleFor(true).accent('a'), styleFor(false).accent('a')]).toEqual(['\u001b[36ma\u001b[0m', 'a'])
  })

  it('reads no keys where nobody can press any, or where it is to be quiet', () => {
    const stream = (isTTY: boolean) =>
      ({ isTTY, on() {}, write() {} }) as unknown as NodeJS.ReadStream & NodeJS.WriteStream
    for (const [quiet, stdin, stdout] of [
      [true, true, true],
      [false, false, true],
      [false, true, false],
    ] as const) {
      const terminal = createTerminal({ quiet, stdin: stream(stdin), stdout: stream(stdout), env: {} })
      expect(terminal.onKey(() => {})).toBeNull()
    }
  })

  const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false

  // Needs `script` of util-linux, which makes a terminal of a pipe.
  it.skipIf(!hasScript)('shows the keys, obeys them, and is given back as it was', async () => {
    const command = `${process.execPath} --disable-warning=ExperimentalWarning ${bin} mock --port 0; echo "ended $?"; stty -a`
    const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm', SHELL: '/bin/sh' }
    const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: root, env })
    let screen = ''
    child.stdout.on('data', (data: Buffer) => (screen += data.toString()))
    const press = async (key: string, answer: string) => {
      const before = screen.length
      child.stdin.write(key)
      await until(() => screen.slice(before).includes(answer))
    }
    try {
      await until(() => screen.includes('[q] quit'), 10_000)
      expect(screen).toContain('[1] goal created')
      // In colours.
      expect(screen).toContain('\u001b[36mws://localhost:')
      await press('1', 'goal.created → tenant:1 #1')
      await press('5', 'balance → user:1 #1')
      await press('m', 'mute for 10 s')
      await press('s', 'events     2 sent')
      await press('p', 'playing')
      await press('p', 'paused')
      await press('q', 'ended 0')
      await until(() => / icanon/.test(screen))
      expect(screen).not.toMatch(/-icanon/)
    } finally {
      child.kill('SIGKILL')
    }
  })

  it.skipIf(!hasScript)('ends with 0 at Ctrl-C, which is a key while keys are read', async () => {
    const command = `${process.execPath} --disable-warning=ExperimentalWarning ${bin} mock --port 0; echo "ended $?"`
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' },
    })
    let screen = ''
    child.stdout.on('data', (data: Buffer) => (screen += data.toString()))
    try {
      await until(() => screen.includes('[q] quit'), 10_000)
      expect(screen).not.toContain('\u001b[')
      child.stdin.write('\u0003')
      await until(() => screen.includes('ended 0'))
    } finally {
      child.kill('SIGKILL')
    }
  })
})
