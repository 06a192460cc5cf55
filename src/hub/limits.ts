// What one session may ask for. Limits per address and per user, which span sessions, are the gateway's.
import type { RateLimit } from './rate-limit.ts'

export interface SessionLimits {
  /** Subscriptions at a time. Beyond: `error RATE_LIMIT` with its `ref`. @default 200 */
  maxSubscriptions?: number
  /** Names and patterns, of events and of streams, in one subscription. Beyond: `error INVALID` with its `ref`. @default 200 */
  maxNames?: number
  /**
   * Frames from the client. A confirmation of something that was sent costs nothing, nor does an answer to a ping; to renew a token costs 50.
   * Beyond: 4429.
   * @default 5_000 at once, 200 a second
   */
  frames?: RateLimit
  /** What one user may publish, in all of its sessions. Beyond: `error RATE_LIMIT` with its `ref`. @default 500 at once, 50 a second */
  publish?: RateLimit
  /** Events sent and not confirmed. Beyond: 4410. @default 10_000 */
  maxUnacked?: number
  /** Bytes of them, counted in UTF-16 units. Beyond: 4410. @default 16_777_216 */
  maxUnackedBytes?: number
  /** Bytes that wait for a slow reader. Beyond: 4410. @default 1_048_576 */
  maxBuffered?: number
}

export const defaultSessionLimits: Required<SessionLimits> = {
  maxSubscriptions: 200,
  maxNames: 200,
  frames: { burst: 5_000, perSecond: 200 },
  publish: { burst: 500, perSecond: 50 },
  maxUnacked: 10_000,
  maxUnackedBytes: 16_777_216,
  maxBuffered: 1_048_576,
}
