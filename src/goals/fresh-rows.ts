// Which rows of a feed have just come on top, for as long as they are marked.
import { systemClock } from '../base/clock.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'

export interface FreshRows {
  /** Tells what is shown now, newest first. What is there at first, or comes below, is not fresh. */
  see(ids: readonly string[]): void
  subscribe(listener: () => void): Undo
  getSnapshot(): ReadonlySet<string>
  end(): void
}

const nobody: ReadonlySet<string> = new Set()

/** @param lastsMs how long a row counts as fresh */
export function createFreshRows(lastsMs: number): FreshRows {
  const changes = createEmitter<void>(throwLater)
  let known: ReadonlySet<string> | null = null
  let fresh = nobody
  let scope: Scope | null = null

  function set(next: ReadonlySet<string>) {
    if (next.size === 0 && fresh.size === 0) return
    fresh = next
    changes.emit()
  }

  return {
    subscribe: changes.on,
    getSnapshot: () => fresh,
    see(ids) {
      const before = known
      known = new Set(ids)
      if (before === null || before.size === 0) return
      const firstKnown = ids.findIndex((id) => before.has(id))
      if (firstKnown <= 0) return
      const came = ids.slice(0, firstKnown)
      set(new Set([...fresh, ...came]))
      scope ??= createScope(systemClock)
      scope.timeout(() => set(new Set([...fresh].filter((id) => !came.includes(id)))), lastsMs)
    },
    end() {
      scope?.dispose()
      scope = null
      fresh = nobody
    },
  }
}
