// Plays the steps of a scenario, one after the other, and can be halted in between. What a step does is up to `act`.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'
import type { Scenario, Step } from './scenario.ts'

//   waiting ─begin─▶ playing ─last step─▶ over        restart: playing again, from the first step
//                     ▲   ▼ pause                     (a scenario that loops is never over, one without steps always)
//                     paused
export type PlayerState = 'waiting' | 'playing' | 'paused' | 'over'

export interface PlayerOptions {
  scenario: Pick<Scenario, 'steps' | 'loop'>
  clock: Clock
  act: (step: Step) => void
  onState?: (state: PlayerState) => void
}

export interface Player {
  readonly state: PlayerState
  /** The number of the step that is next, counted from 1; the last one where it is over. */
  readonly step: number
  /** Starts; does nothing where it has started before. */
  begin(): void
  /** What was left of a wait is waited for after `resume`. */
  pause(): void
  resume(): void
  /** From the first step, whatever it was doing. */
  restart(): void
  dispose(): void
}

/** Steps without a wait between them, in one go; then others have their turn. */
const maxAtOnce = 1_000

export function createPlayer({ scenario, clock, act, onState = () => {} }: PlayerOptions): Player {
  const { steps, loop } = scenario
  const scope = createScope(clock)
  let state: PlayerState = steps.length === 0 ? 'over' : 'waiting'
  let index = 0
  let done = 0
  let dueAt = 0
  let leftMs = 0
  let cancel: Undo | null = null

  function become(next: PlayerState) {
    if (state === next) return
    state = next
    onState(state)
  }

  const waitMs = () => (done === 0 ? steps[index]!.afterMs : steps[index]!.everyMs)

  function arm(ms: number) {
    cancel?.()
    dueAt = clock.now() + ms
    cancel = scope.timeout(run, ms)
  }

  function run() {
    for (let count = 0; count < maxAtOnce; count++) {
      act(steps[index]!)
      advance()
      // What it did may have halted it, too.
      if (state !== 'playing') return
      if (waitMs() > 0) break
    }
    arm(waitMs())
  }

  function advance() {
    done++
    if (done < steps[index]!.repeat) return
    done = 0
    index++
    if (index < steps.length) return
    index = loop ? 0 : steps.length - 1
    if (!loop) become('over')
  }

  function restart() {
    if (steps.length === 0) return
    index = done = 0
    become('playing')
    arm(waitMs())
  }

  return {
    get state() {
      return state
    },
    get step() {
      return Math.min(index + 1, steps.length)
    },
    begin() {
      if (state === 'waiting') restart()
    },
    pause() {
      if (state !== 'playing') return
      cancel?.()
      leftMs = Math.max(0, dueAt - clock.now())
      become('paused')
    },
    resume() {
      if (state !== 'paused') return
      become('playing')
      arm(leftMs)
    },
    restart,
    dispose: scope.dispose,
  }
}
