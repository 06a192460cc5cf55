// Names of streams that are put together from what others say.
import { RealtimeError } from '../base/errors.ts'

/**
 * A name of a stream with values in it: streamName`tenant:${tenant}:bookings`. A value that is missing, or holds a `*` or a `:`, would name
 * streams of others, so `invalid-option` is thrown; within `verifyJwt({ streams })` that refuses the token.
 */
export function streamName(parts: TemplateStringsArray, ...values: readonly unknown[]): string {
  const shape = parts.join('…')
  return parts.reduce((name, part, index) => name + segment(values[index - 1], shape) + part)
}

function segment(value: unknown, shape: string): string {
  const isNamed = (typeof value === 'string' && value !== '') || Number.isSafeInteger(value)
  if (isNamed && !/[*:]/.test(String(value))) return String(value)
  throw new RealtimeError(
    'invalid-option',
    `What stands for … in the stream "${shape}" is ${isNamed ? 'text with a "*" or a ":"' : 'missing'}, so it would name a stream of somebody else. Look at the claim or field it comes from.`,
  )
}
