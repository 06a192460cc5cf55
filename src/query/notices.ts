// What is told once, in development: things that work, and probably not as they were meant.

export interface Notices {
  /** No rule takes events of this type. */
  unmatched(type: string): void
  /** Events were lost, and nothing says which queries they concern. */
  unbound(): void
}

/** Types are the server's to choose, so their number is not ours to trust. */
const maxTypes = 100

export function createNotices(): Notices {
  const told = new Set<string>()

  function tell(key: string, text: string) {
    if (told.has(key) || told.size > maxTypes || !isDevelopment()) return
    told.add(key)
    console.info(`livecache: ${text}`)
  }

  return {
    unmatched: (type) =>
      tell(type, `no rule takes events of type "${type}". If that is meant, say so: rules: { '${type}': ignore }.`),
    unbound: () =>
      tell(
        '',
        'events were missed, and nothing says which queries they concern, so all of them are fetched again. Name them: streams: { "tenant:*": [["goals"]] }.',
      ),
  }
}

function isDevelopment(): boolean {
  try {
    // Bundlers put the text in the place of this; where none did, there may be no `process`.
    return process.env.NODE_ENV === 'development'
  } catch {
    return false
  }
}
