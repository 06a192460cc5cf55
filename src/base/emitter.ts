// Listeners, and telling them. Holds no state of its own: whoever has a value to remember keeps it beside the emitter.

/** Takes back whatever was done; safe to call again. */
export type Undo = () => void

export interface Emitter<T> {
  /** Adds a listener; the same function added twice is called twice. Returns its own undo, safe to call again. */
  on(listener: (value: T) => void): Undo
  emit(value: T): void
  readonly size: number
}

/** @param onError is told what a listener threw; the other listeners run all the same. */
export function createEmitter<T>(onError: (error: unknown) => void): Emitter<T> {
  const entries = new Set<{ listener: (value: T) => void }>()
  return {
    on(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    emit(value) {
      // A copy: a listener may add or remove others, and who joins during an emit hears only the next one.
      for (const entry of [...entries]) {
        if (!entries.has(entry)) continue
        try {
          entry.listener(value)
        } catch (error) {
          onError(error)
        }
      }
    },
    get size() {
      return entries.size
    },
  }
}

/** Throws in a task of its own, so that it reaches the page's error reporting and breaks nothing on the way. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
