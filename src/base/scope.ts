// Owns whatever was started (timers, children, anything with an undo) and ends it. The only caller of the clock's timers.
import type { Clock } from './clock.ts'
import { throwLater, type Undo } from './emitter.ts'

export interface Scope {
  readonly disposed: boolean
  /** Runs once after `ms`, unless the scope ends first. */
  timeout(run: () => void, ms: number): Undo
  /** Keeps an undo and runs it when the scope ends; if it already has, at once. */
  own(undo: Undo): Undo
  /** A scope that ends with this one, or earlier. */
  child(): Scope
  dispose(): void
}

export function createScope(clock: Clock): Scope {
  const undos = new Set<Undo>()

  function own(undo: Undo): Undo {
    const release = () => {
      if (undos.delete(release)) undo()
    }
    undos.add(release)
    if (scope.disposed) release()
    return release
  }

  // A field rather than a getter: an object with getters of its own costs V8 half a kilobyte, and servers have thousands of scopes.
  const scope = {
    disposed: false,
    own,
    timeout(run: () => void, ms: number): Undo {
      if (scope.disposed) return () => {}
      const release = own(
        clock.timeout(() => {
          undos.delete(release)
          run()
        }, ms),
      )
      return release
    },
    child(): Scope {
      const child = createScope(clock)
      const release = own(child.dispose)
      child.own(() => void undos.delete(release))
      return child
    },
    dispose() {
      scope.disposed = true
      for (const release of [...undos].toReversed()) {
        try {
          release()
        } catch (error) {
          // What else was started must end all the same.
          throwLater(error)
        }
      }
    },
  }
  return scope
}
