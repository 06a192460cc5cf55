// The process's own time, as far as the kit needs it: letting everything run that has begun, also where the test's runner fakes timers.

/** What Vitest's and Jest's fake timers leave on the functions they replace. */
export interface FakeTimers {
  tickAsync(ms: number): Promise<unknown>
}

/** Those that are in place just now; null where time is real. */
export function fakeTimers(): FakeTimers | null {
  const { clock } = globalThis.setTimeout as { clock?: FakeTimers }
  return typeof clock?.tickAsync === 'function' ? clock : null
}

/**
 * Lets all promises run, and timers of 0 ms, by which TanStack Query tells its observers. Faked ones are moved by `ms`.
 * @param ms real time is not waited for
 */
export async function macrotask(ms = 0): Promise<void> {
  const faked = fakeTimers()
  if (faked === null) await new Promise<void>((resolve) => void setTimeout(resolve, 0))
  else await faked.tickAsync(ms)
}
