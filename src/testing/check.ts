// What the conformance checks are written with: a condition in words, and waiting for one.
import { systemClock } from '../base/clock.ts'

/** @param sentence what should be true, in the present tense */
export function expectThat(isTrue: boolean, sentence: string): void {
  if (!isTrue) throw new Error(`This should be so, and is not: ${sentence}.`)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.timeout(resolve, ms))
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  sentence: string,
  { limitMs = 10_000 }: { limitMs?: number },
): Promise<void> {
  const deadline = systemClock.now() + limitMs
  while (!(await condition())) {
    expectThat(systemClock.now() < deadline, `${sentence} within ${limitMs} ms`)
    await pause(5)
  }
}

/** All at once: how each differs from what was wanted is said at the first that does. */
export function expectSame<Item>(got: readonly Item[], wanted: readonly Item[], what: string): void {
  const place = wanted.findIndex((item, index) => item !== got[index])
  const differs = place === -1 ? wanted.length : place
  expectThat(
    place === -1 && got.length === wanted.length,
    `${wanted.length} ${what} arrive once and in order; ${got.length} came, and number ${differs + 1} is the first that differs`,
  )
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
