// Names that somebody may have meant.

/** At most three of the known names, the most alike first: those that share the most pairs of letters. */
export function nearestTo(name: string, known: readonly string[]): { name: string; likeness: number }[] {
  const wanted = pairsOf(name)
  const rated = known.map((other) => {
    const pairs = pairsOf(other)
    const shared = [...pairs].filter((pair) => wanted.has(pair)).length
    return { name: other, likeness: (2 * shared) / (wanted.size + pairs.size || 1) }
  })
  return rated.toSorted((a, b) => b.likeness - a.likeness).slice(0, 3)
}

/** Case, dots and dashes are what people mix up. */
function pairsOf(name: string): ReadonlySet<string> {
  const letters = name
    .slice(0, 80)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, at) => letters.slice(at, at + 2)))
}
