// Numbers among the options, looked at where they are given: a variable that was not set becomes NaN, which a timer takes for at once and a
// limit for never.
import { RealtimeError } from '../base/errors.ts'
import type { RateLimit } from './rate-limit.ts'

/** What a number has to be. */
type Kind = readonly [is: (value: number) => boolean, wanted: string]

/** A timer in Node takes no longer time than this, in ms: whatever is longer comes at once. */
const longestMs = 2 ** 31 - 1

export const kinds = {
  /** In ms. */
  time: [(ms) => ms > 0, 'more than 0, in ms, or Infinity'],
  /** In ms, where nothing may go on for ever. */
  limit: [(ms) => ms > 0 && ms <= longestMs, `more than 0 and ${longestMs} at most, in ms`],
  /** In ms; 0 for none. */
  pause: [(ms) => ms >= 0 && ms <= longestMs, `from 0 to ${longestMs}, in ms`],
  wholeTime: [(ms) => Number.isSafeInteger(ms) && ms > 0, 'a whole number above 0, in ms'],
  count: [
    (count) => count === Infinity || (Number.isSafeInteger(count) && count >= 1),
    'a whole number from 1 on, or Infinity',
  ],
} as const satisfies Record<string, Kind>

/** Throws `invalid-option` for a number that makes no sense; what was left out is none. */
export function checkNumbers([is, wanted]: Kind, numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined || (typeof value === 'number' && is(value))) continue
    throw wrong(name, typeof value === 'number' ? String(value) : JSON.stringify(value), wanted)
  }
}

export function checkRate(name: string, rate: RateLimit): void {
  const { burst, perSecond } = (rate ?? {}) as Partial<RateLimit>
  if (typeof burst === 'number' && burst >= 1 && typeof perSecond === 'number' && perSecond > 0) return
  throw wrong(name, JSON.stringify(rate), 'a burst of 1 or more and a perSecond above 0')
}

function wrong(name: string, shown: string, wanted: string): RealtimeError {
  return new RealtimeError(
    'invalid-option',
    `${name} is ${shown}, by which nothing could be timed or counted. It needs ${wanted}; look whether what it is read from was set.`,
  )
}
