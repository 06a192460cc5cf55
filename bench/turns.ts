// The order in which things are measured beside one another.

/** Columns take turns, so that whatever else the machine does falls on all of them. The first round, which does not count, warms up. */
export async function inTurns<Key, Value>(
  keys: readonly Key[],
  { rounds, warmUp }: { rounds: number; warmUp: boolean },
  run: (key: Key) => Promise<Value>,
): Promise<Map<Key, Value[]>> {
  const results = new Map<Key, Value[]>(keys.map((key) => [key, []]))
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const key of keys) {
      const value = await run(key)
      if (round >= 0) results.get(key)!.push(value)
    }
  }
  return results
}
