// What a test began and somebody has to end: each file that begins something says `afterEach(endAll)`.

const ends: (() => unknown)[] = []

/** What is to be ended after the test, last first. */
export const afterTest = (...more: readonly (() => unknown)[]): void => void ends.push(...more)

/** For `afterEach`. */
export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).toReversed()) await end()
}
