// What can be done with a mock server, and what can be seen of it: for its routes, its keys and its page.
import type { EventFrame } from '../hub/event-log.ts'
import type { SessionInfo } from '../hub/observer.ts'
import type { PendingFaults } from '../hub/server-faults.ts'
import type { FaultRequest } from './fault-request.ts'
import type { PlayerState } from './player.ts'
import type { EventTemplate } from './scenario.ts'

/** Something that happened, for the terminal and the console page. */
export interface Activity {
  /** Counted from 1. */
  readonly number: number
  /** Epoch ms. */
  readonly at: number
  readonly kind: 'client' | 'event' | 'fault' | 'scenario' | 'problem'
  readonly text: string
}

export interface MockState {
  readonly sessions: readonly Pick<SessionInfo, 'id' | 'transport' | 'protocol' | 'subject' | 'state' | 'since'>[]
  /** Events published so far. */
  readonly sent: number
  readonly scenario: { name: string; state: PlayerState; step: number; steps: number }
  /** The named events, in the order of their keys. */
  readonly events: readonly string[]
  readonly faults: PendingFaults
  /** Newest first. */
  readonly recent: readonly Activity[]
}

export interface MockActions {
  /** Throws where an event can't be published after all; those before it were. */
  emit(events: readonly EventTemplate[]): EventFrame[]
  fault(request: FaultRequest): void
  /** `toggle`: plays where it does not, and the other way round. */
  play(what: 'pause' | 'resume' | 'restart' | 'toggle'): void
  readonly state: MockState
}
