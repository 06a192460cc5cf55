// What the server still has to answer on this link. A frame that vanished on the way is noticed by the answer that is missing.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'

export interface Answers {
  /** @param what named to whoever reads the reason, such as `the resume` */
  expect(key: string, what: string): void
  received(key: string): void
  has(key: string): boolean
  /** The link is gone. */
  clear(): void
}

/** @param onLate told once per missing answer */
export function createAnswers(scope: Scope, limitMs: number, onLate: (what: string) => void): Answers {
  const waiting = new Map<string, Undo>()

  function forget(key: string) {
    waiting.get(key)?.()
    waiting.delete(key)
  }

  return {
    expect(key, what) {
      forget(key)
      waiting.set(
        key,
        scope.timeout(() => {
          waiting.delete(key)
          onLate(what)
        }, limitMs),
      )
    },
    received: forget,
    has: (key) => waiting.has(key),
    clear() {
      for (const key of [...waiting.keys()]) forget(key)
    },
  }
}
