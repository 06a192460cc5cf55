// Close and error codes, each with its fate. What the client then does is client/recovery.ts.

/** The codes by which a session ends, by what they mean (protocol/README.md, section 10). */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  lost: 1006,
  internal: 1011,
  serverRestart: 1012,
  tryLater: 1013,
  unauthorized: 4401,
  forbidden: 4403,
  timeout: 4408,
  resync: 4410,
  tooLarge: 4413,
  invalid: 4422,
  rateLimit: 4429,
} as const

/** What a client does after a link ended. */
export type CloseFate =
  /**
   * Climb the backoff ladder; wait at least `minDelayMs`, and up to `spreadMs` longer so that clients do not return as one.
   * `reportAfter`: said aloud after so many in a row. `blame`: a frame of ours caused it, and must not be sent again.
   */
  | { kind: 'retry'; minDelayMs?: number; spreadMs?: number; reportAfter?: number; blame?: 'largest' | 'oldest' }
  /** Come back when the server said, without the ladder unless earlier links did not hold. */
  | { kind: 'asked'; afterMs: number; spreadMs: number }
  /** Resume at once: the server only wants a fresh link. */
  | { kind: 'now' }
  /** Ask `getToken` for a fresh token and retry; refused again within 30 s, stop as `thenState`. */
  | { kind: 'refresh'; thenState: 'unauthorized' | 'failed' }
  /** Climb the ladder, and fetch the live queries again. */
  | { kind: 'resync' }
  | { kind: 'stop' }

const fates: Readonly<Record<number, CloseFate>> = {
  // Many plain servers end so; without a floor a client and such a server would spin.
  1000: { kind: 'retry', minDelayMs: 8_000 },
  1002: { kind: 'retry', reportAfter: 3 },
  1003: { kind: 'retry', reportAfter: 3 },
  1007: { kind: 'retry', reportAfter: 3 },
  1008: { kind: 'refresh', thenState: 'failed' },
  1009: { kind: 'retry', blame: 'largest' },
  1012: { kind: 'retry', minDelayMs: 2_000, spreadMs: 6_000 },
  1013: { kind: 'retry', minDelayMs: 2_000, spreadMs: 6_000 },
  4401: { kind: 'refresh', thenState: 'unauthorized' },
  4403: { kind: 'stop' },
  4408: { kind: 'now' },
  4410: { kind: 'resync' },
  4413: { kind: 'retry', blame: 'largest' },
  4422: { kind: 'retry', blame: 'oldest' },
  4429: { kind: 'retry', minDelayMs: 30_000 },
}

/** The fate of a link closed by the other side with `code`; an unknown code is retried. */
export function fateOfClose(code: number): CloseFate {
  return fates[code] ?? { kind: 'retry' }
}

/** Codes of `error` frames that end the link the way a close code does. Without a prototype: a server may say "constructor". */
export const closeCodeOfError: Readonly<Record<string, number>> = Object.assign(Object.create(null) as object, {
  UNAUTHORIZED: closeCodes.unauthorized,
  ACK_TIMEOUT: closeCodes.timeout,
  HEARTBEAT_TIMEOUT: closeCodes.timeout,
  RESYNC: closeCodes.resync,
  RATE_LIMIT: closeCodes.rateLimit,
})
