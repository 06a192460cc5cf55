// Waiting for what real sockets do in their own time.

/** Resolves once `condition` holds; rejects with its text where it does not in time. */
export async function until(condition: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`still not after ${withinMs} ms: ${String(condition)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
