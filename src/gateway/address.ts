// Whom an event is for, by who they are rather than by the name of a stream.
import { RealtimeError } from '../base/errors.ts'
import { streamName } from './stream-name.ts'

/** One of them. */
export type Address = { user: string | number } | { tenant: string | number } | { stream: string }

/** Throws `invalid-option` for what addresses nobody, or would address others. */
export function streamOf(to: Address): string {
  if ('user' in to) return streamName`user:${to.user}`
  if ('tenant' in to) return streamName`tenant:${to.tenant}`
  if ('stream' in to) return to.stream
  throw new RealtimeError(
    'invalid-option',
    'An event is to go to nobody: "to" has neither `user` nor `tenant` nor `stream`. Publish e.g. to { user: "ada" }.',
  )
}
