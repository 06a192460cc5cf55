// What a livecache client does when a server closes, in words. The table itself is protocol/codes.ts.
import { fateOfClose } from '../../protocol/codes.ts'
import type { TransportClosure } from '../../transports/transport.ts'

export const closeCodesPage = 'livecache/src/protocol/README.md#10-errors-and-close-codes'

/** How a sentence about the client goes on: `tries again, with growing delays`. */
export function wordsForFate({ code, retryAfterMs }: Pick<TransportClosure, 'code' | 'retryAfterMs'>): string {
  const words = wordsFor(code)
  return retryAfterMs === undefined ? words : `${words}; not before ${inSeconds(retryAfterMs)}, as the server asks`
}

function wordsFor(code: number): string {
  const fate = fateOfClose(code)
  switch (fate.kind) {
    case 'retry': {
      const floor = fate.minDelayMs === undefined ? '' : `, not before ${inSeconds(fate.minDelayMs)}`
      const blame =
        fate.blame === undefined ? '' : '; what it had published and got no answer to is taken for the cause'
      return `tries again, with growing delays${floor}${blame}`
    }
    case 'asked':
      return 'comes back when the server said'
    case 'now':
      return 'connects anew at once'
    case 'refresh':
      return `asks getToken for a fresh token and tries once more; refused again within 30 s, it stops as "${fate.thenState}"`
    case 'resync':
      return 'tries again, and fetches all live queries'
    case 'stop':
      return 'stops as "failed", and does not try again'
    default:
      return fate satisfies never
  }
}

/** `30 s`, `1.5 s`, `12 ms`. */
export function inSeconds(ms: number): string {
  if (ms < 1) return 'less than 1 ms'
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(1))} s`
}
