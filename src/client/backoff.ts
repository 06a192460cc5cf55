// The number of an attempt to the delay before it, in ms. Pure. When each of them counts is recovery.ts.

import { definedOf } from '../base/defined.ts'
import { RealtimeError } from '../base/errors.ts'

export interface BackoffOptions {
  /**
   * How delays grow. `ladder`: up to a ceiling each, which doubles: gentle to a server that comes back under load. `phased`: the
   * first try anywhere within 2 s, then one each 2 s ± 10 %, so that every client keeps its own place in the beat and all are back
   * within about 2 s, evenly; for servers that can take all of them in that time. After 30 tries, a minute where each fails at
   * once, a delay is 1.5 times the last one, up to 10 s ± 10 %.
   * @default 'ladder'
   */
  policy?: 'ladder' | 'phased'
  /**
   * The most to wait before attempt 1, 2, 3…, in ms; the last one holds from then on. Of the ladder alone.
   * @default [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]
   */
  ceilingsMs?: readonly number[]
  /**
   * How much of a delay is left to chance: `equal` half of it, `full` all of it, `none` nothing. The beat of `phased` has its own
   * measure of it, and knows only `none` and the rest.
   * @default 'equal'
   */
  jitter?: 'equal' | 'full' | 'none'
}

/** What holds where `backoff` says nothing else. */
export const defaultBackoff: Required<BackoffOptions> = {
  policy: 'ladder',
  ceilingsMs: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000],
  jitter: 'equal',
}

const policies: readonly unknown[] = ['ladder', 'phased'] satisfies BackoffOptions['policy'][]
const jitters: readonly unknown[] = ['equal', 'full', 'none'] satisfies BackoffOptions['jitter'][]

/** The first retry after a link that held, at most: most drops are blips. */
const firstRetryMs = 1_000

/** The beat of `phased`. */
const beat = { everyMs: 2_000, deviation: 0.1, steadyAttempts: 30, growth: 1.5, longestMs: 10_000 }

/** Throws `invalid-option` for what would not wait, or for ever, and for words it does not know. */
export function resolveBackoff(given: BackoffOptions = {}): Required<BackoffOptions> {
  const backoff = { ...defaultBackoff, ...definedOf(given) }
  const { ceilingsMs, policy, jitter } = backoff
  if (!Array.isArray(ceilingsMs) || ceilingsMs.length === 0 || !ceilingsMs.every((ms) => ms > 0 && ms < Infinity)) {
    throw new RealtimeError(
      'invalid-option',
      'backoff.ceilingsMs needs at least one delay, and each must be a number of ms above 0 and finite, or a server that is down would be asked without a pause, or never again.',
    )
  }
  assertOneOf(policies, policy, 'policy')
  assertOneOf(jitters, jitter, 'jitter')
  return backoff
}

function assertOneOf(known: readonly unknown[], given: unknown, option: string) {
  if (known.includes(given)) return
  throw new RealtimeError(
    'invalid-option',
    `backoff.${option} is none of ${known.map((word) => `"${String(word)}"`).join(', ')}, so it is not known how long to wait between attempts. Name one of them, or leave it out.`,
  )
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
  if (options.policy === 'phased') return beatDelayMs(attempt, random, options)
  const { ceilingsMs, jitter } = options
  const ceiling = ceilingsMs[Math.min(attempt, ceilingsMs.length) - 1] ?? 0
  if (jitter === 'none') return ceiling
  return jitter === 'full' ? random * ceiling : ceiling / 2 + (random * ceiling) / 2
}

/**
 * After a link that held, the first retry comes within a second, or within the first ceiling where that is shorter: most drops are
 * blips, but not everybody's at once. The beat of `phased` begins here.
 *
 * @param random uniform in [0, 1).
 */
export function firstRetryDelayMs(random: number, options: Required<BackoffOptions> = defaultBackoff): number {
  const { policy, ceilingsMs, jitter } = options
  const longestMs = policy === 'phased' ? beat.everyMs : Math.min(firstRetryMs, ...ceilingsMs.slice(0, 1))
  return jitter === 'none' ? longestMs : random * longestMs
}

function beatDelayMs(attempt: number, random: number, options: Required<BackoffOptions>): number {
  // Of a link that never held: its beat has not begun.
  if (attempt === 1) return firstRetryDelayMs(random, options)
  const grown = beat.everyMs * beat.growth ** Math.max(0, attempt - beat.steadyAttempts)
  const delayMs = Math.min(grown, beat.longestMs)
  return options.jitter === 'none' ? delayMs : delayMs * (1 + beat.deviation * (2 * random - 1))
}
