// What is told to whoever develops an app, once, by console.warn: nothing threw, and probably it is not as it was meant. Production is
// told nothing, and bundlers leave the texts out of it: call with a function, so that all of it is dead code there.

/** A server may make up names without end; a console may not be filled with them. */
const maxNotices = 100
const told = new Set<string>()

/**
 * Runs it in development (`NODE_ENV` is `development`) and nowhere else. Nothing that it throws comes out.
 *
 * Everything stands inside the condition, in the words that bundlers look for, or they could not take it out.
 */
export function inDevelopment(run: () => void): void {
  try {
    if (process.env.NODE_ENV === 'development') run()
  } catch {
    // A browser has no `process`, where nothing bundles; and what only tells must break nothing.
  }
}

/** Call it inside `inDevelopment`. The same text is told once in the life of a page. */
export function notice(text: string): void {
  if (told.has(text) || told.size >= maxNotices) return
  told.add(text)
  console.warn(`livecache: ${text}`)
}
