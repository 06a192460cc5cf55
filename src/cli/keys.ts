// What each key does. Reading them is terminal.ts.
import type { FaultRequest } from './fault-request.ts'
import type { MockActions, MockState } from './mock-actions.ts'
import type { Scenario } from './scenario.ts'

export interface KeysOptions {
  actions: MockActions
  scenario: Pick<Scenario, 'events'>
  /** Shows lines. */
  say: (text: string) => void
  quit: () => void
}

export interface Keys {
  /** Does what the key is for; others do nothing. */
  press(key: string): void
  /** All keys, in a few lines. */
  readonly help: string
}

const faults: Readonly<Record<string, { name: string; fault: FaultRequest }>> = {
  d: { name: 'drop links', fault: { drop: 'links' } },
  l: { name: 'lose an event', fault: { drop: 1 } },
  u: { name: 'duplicate one', fault: { duplicate: 1 } },
  r: { name: 'reorder two', fault: { reorder: 2 } },
  m: { name: 'mute 10 s', fault: { mute: 10_000 } },
  e: { name: 'expire tokens', fault: { expire: true } },
  c: { name: 'clear faults', fault: { clear: true } },
}

/** In raw mode the terminal no longer makes a signal of it. */
const controlC = '\u0003'

export function createKeys({ actions, scenario, say, quit }: KeysOptions): Keys {
  const named = [...scenario.events].slice(0, 9)
  const others: Readonly<Record<string, () => void>> = {
    p: () => actions.play('toggle'),
    b: () => actions.play('restart'),
    s: () => say(wordsForState(actions.state)),
    '?': () => say(help),
    q: quit,
    [controlC]: quit,
  }
  const help = [
    line(named.map(([name], index) => [String(index + 1), name])),
    line([
      ['p', 'play or pause'],
      ['b', 'begin again'],
      ['s', 'status'],
      ['?', 'keys'],
      ['q', 'quit'],
    ]),
    line(Object.entries(faults).map(([key, { name }]) => [key, name])),
  ]
    .filter((text) => text !== '')
    .join('\n')

  function emit(index: number) {
    const [, template] = named[index] ?? []
    if (template === undefined) return
    try {
      actions.emit([template])
    } catch (error) {
      say(String(error))
    }
  }

  return {
    help,
    press(key) {
      if (/^[1-9]$/.test(key)) emit(Number(key) - 1)
      else if (Object.hasOwn(faults, key)) actions.fault(faults[key]!.fault)
      else if (Object.hasOwn(others, key)) others[key]!()
    },
  }
}

/** Of a terminal of 80 columns, the margin taken off. */
const width = 76

/** Keys beside one another, as many as fit. */
function line(keys: readonly (readonly [key: string, name: string])[]): string {
  const lines: string[] = []
  for (const [key, name] of keys) {
    const text = `[${key}] ${name}`
    const longer = lines.length === 0 ? text : `${lines.at(-1)}   ${text}`
    if (longer.length <= width) lines.splice(-1, 1, longer)
    else lines.push(text)
  }
  return lines.join('\n')
}

function wordsForState({ sessions, sent, scenario, faults: pending }: MockState): string {
  const { mutedForMs, losing, duplicating, reordering } = pending
  const on = [
    mutedForMs > 0 && `mute for ${Math.ceil(mutedForMs / 1_000)} s more`,
    losing > 0 && `losing ${losing}`,
    duplicating > 0 && `doubling ${duplicating}`,
    reordering > 0 && `waiting for ${reordering} to turn round`,
  ].filter((word) => typeof word === 'string')
  const who = sessions.map(({ transport, subject }) => `${subject ?? 'somebody'} by ${transport}`).join(', ')
  const place = scenario.steps === 0 ? '' : `, step ${scenario.step} of ${scenario.steps}`
  return [
    `clients    ${who || 'none'}`,
    `events     ${sent} sent`,
    `scenario   ${scenario.state}${place}`,
    `faults     ${on.join(', ') || 'none'}`,
  ].join('\n')
}
