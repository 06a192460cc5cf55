// The number of an attempt to the delay before it, in ms. Pure.

import { definedOf } from '../base/defined.ts'
import { RealtimeError } from '../base/errors.ts'

export interface BackoffOptions {
  /**
   * The most to wait before attempt 1, 2, 3…, in ms; the last one holds from then on.
   * @default [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]
   */
  ceilingsMs?: readonly number[]
  /**
   * How much of a delay is left to chance: `equal` half of it, `full` all of it, `none` nothing.
   * @default 'equal'
   */
  jitter?: 'equal' | 'full' | 'none'
}

export const defaultBackoff: Required<BackoffOptions> = {
  ceilingsMs: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000],
  jitter: 'equal',
}

/** Throws `invalid-option` for a ladder that would not wait. */
export function resolveBackoff(given: BackoffOptions = {}): Required<BackoffOptions> {
  const backoff = { ...defaultBackoff, ...definedOf(given) }
  if (backoff.ceilingsMs.length === 0 || backoff.ceilingsMs.some((ms) => !(ms > 0))) {
    throw new RealtimeError(
      'invalid-option',
      'backoff.ceilingsMs needs at least one delay, and each must be more than 0 ms, or a server that is down would be asked without a pause.',
    )
  }
  return backoff
}

/**
 * @param attempt 1 for the first retry.
 * @param random uniform in [0, 1).
 */
export function retryDelayMs(
  attempt: number,
  random: number,
  options: Required<BackoffOptions> = defaultBackoff,
): number {
  const { ceilingsMs, jitter } = options
  const ceiling = ceilingsMs[Math.min(attempt, ceilingsMs.length) - 1] ?? 0
  if (jitter === 'none') return ceiling
  return jitter === 'full' ? random * ceiling : ceiling / 2 + (random * ceiling) / 2
}

/** After a link that held, the first retry comes within a second: most drops are blips, but not everybody's at once. */
export function firstRetryDelayMs(random: number): number {
  return random * 1_000
}
