// Faults by chance that can be had again: a seed makes a list of steps, plain data that can be printed, stored, shortened by hand and played.
import { RealtimeError } from '../base/errors.ts'
import { seededRandom } from '../base/seeded-random.ts'
import type { Fault, FaultStep } from './fault-step.ts'
import { timelineOf } from './test-clock.ts'
import type { TestRealtimeServer } from './test-realtime-server.ts'

export interface FaultScheduleOptions {
  /** A whole number: the same one makes the same steps, in every version of Node and on every machine. */
  seed: number
  /** How many. */
  steps: number
  /** Which may come. @default all but `expireToken`, which a client without a `getToken` does not survive */
  faults?: readonly DrawnFault[]
  /** How long a step waits for the one before it at most, in ms. @default 5_000 */
  maxGapMs?: number
}

/** What a schedule may hold by chance; what is published is the test's own to say, as `act`. */
export type DrawnFault = Exclude<Fault['do'], 'publish'>

/** How each is drawn. */
const draw: Record<DrawnFault, (random: () => number) => Fault> = {
  act: (random) => ({ do: 'act', n: Math.floor(random() * 1_000) }),
  drop: (random) => ({ do: 'drop', code: oneOf([1001, 1006, 1012, 4408, 4410], random) }),
  mute: (random) => ({ do: 'mute', ms: oneOf([500, 3_000, 20_000, 60_000], random) }),
  lose: (random) => ({ do: 'lose', count: oneOf([1, 2, 3], random) }),
  duplicate: (random) => ({ do: 'duplicate', count: oneOf([1, 2, 3], random) }),
  reorder: (random) => ({ do: 'reorder', count: oneOf([2, 3], random) }),
  delay: (random) => ({ do: 'delay', ms: oneOf([0, 20, 300, 2_000], random) }),
  expireToken: () => ({ do: 'expireToken' }),
  goDown: () => ({ do: 'goDown' }),
  comeBack: (random) => ({ do: 'comeBack', forgetting: random() < 0.3 }),
  restart: (random) => ({ do: 'restart', forgetting: random() < 0.5 }),
  heal: () => ({ do: 'heal' }),
}
const kinds = Object.keys(draw) as DrawnFault[]
/** How much of a schedule is `act`: where nothing happens faults show nothing. */
const actShare = 0.5

const oneOf = <Item>(items: readonly Item[], random: () => number): Item => items[Math.floor(random() * items.length)]!

/** Makes a schedule for `playFaults`. */
export function createFaultSchedule({
  seed,
  steps,
  faults = kinds.filter((kind) => kind !== 'expireToken'),
  maxGapMs = 5_000,
}: FaultScheduleOptions): FaultStep[] {
  const random = seededRandom(seed)
  const wanted = kinds.filter((kind) => kind !== 'act' && faults.includes(kind))
  const hasActs = faults.includes('act')
  let at = 0
  return Array.from({ length: steps }, () => {
    at += Math.floor(random() * random() * maxGapMs)
    const isAct = wanted.length === 0 || (hasActs && random() < actShare)
    return { at, ...draw[isAct ? 'act' : oneOf(wanted, random)](random) }
  })
}

/** A schedule as one line that can be pasted into a test. */
export function printFaults(schedule: readonly FaultStep[]): string {
  return JSON.stringify(schedule)
}

export interface PlayFaultsOptions {
  /** What a step `act` does: publish, click, fetch. @param n from the schedule, so that the same is done again */
  act?: (n: number) => unknown
  /**
   * How long the clock goes on behind the last step, when every fault has been taken back, in ms. By then a client knows of whatever it
   * missed: a server waits 30 s for an ack, and a client up to 32 s between two attempts.
   * @default 120_000
   */
  quietMs?: number
}

/** Does what a schedule says, each step at its time, and then lets it fall quiet. */
export async function playFaults(
  schedule: readonly FaultStep[],
  server: TestRealtimeServer,
  { act, quietMs = 120_000 }: PlayFaultsOptions = {},
): Promise<void> {
  const clock = timelineOf(server.clock)
  const beganAt = clock.now()
  for (const step of schedule) {
    // Of steps at one moment none may find what the one before it brought about: as they were done by hand.
    if (beganAt + step.at > clock.now()) await clock.runUntil(beganAt + step.at)
    if (step.do !== 'act') play(step, server)
    else if (act !== undefined) await act(step.n)
    else throw nothingToAct()
  }
  server.heal()
  await clock.advance(quietMs)
}

function play(step: Exclude<FaultStep, { do: 'act' }>, server: TestRealtimeServer): void {
  switch (step.do) {
    case 'publish':
      return void server.publish(step.event)
    case 'drop':
      return server.drop(step.code, step.reason)
    case 'mute':
      return server.mute(step.ms)
    case 'lose':
    case 'duplicate':
    case 'reorder':
      return server[step.do](step.count)
    case 'delay':
      return server.delay(step.ms)
    case 'expireToken':
    case 'goDown':
    case 'heal':
      return server[step.do]()
    case 'comeBack':
    case 'restart':
      return server[step.do]({ forgetting: step.forgetting })
    default:
      return step satisfies never
  }
}

const nothingToAct = () =>
  new RealtimeError(
    'invalid-option',
    'The schedule has a step "act", and playFaults was not told what that does, so it would prove nothing. Give it { act: (n) => … }, or make the schedule with faults that leave "act" out.',
  )
