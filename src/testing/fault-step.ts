// What can be done to a server of a test, as plain data.
import type { NewEvent } from '../hub/event-log.ts'

export type Fault =
  | { do: 'publish'; event: NewEvent }
  | { do: 'drop'; code?: number; reason?: string }
  /** Left out: until something ends it. */
  | { do: 'mute'; ms?: number }
  | { do: 'lose' | 'duplicate' | 'reorder'; count: number }
  | { do: 'delay'; ms: number }
  | { do: 'expireToken' | 'goDown' | 'heal' }
  | { do: 'comeBack' | 'restart'; forgetting: boolean }
  /** Something of the test's own, told by its number. */
  | { do: 'act'; n: number }

/** One step of a schedule. `at`: when, in ms since the beginning. */
export type FaultStep = { at: number } & Fault
