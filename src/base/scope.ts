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
  let disposed = false

  function own(undo: Undo): Undo {
    const release = () => {
      if (undos.delete(release)) undo()
    }
    undos.add(release)
    if (disposed) release()
    return release
  }

  return {
    get disposed() {
      return disposed
    },
    own,
    timeout(run, ms) {
      if (disposed) return () => {}
      const release = own(
        clock.timeout(() => {
          undos.delete(release)
          run()
        }, ms),
      )
      return release
    },
    child() {
      const scope = createScope(clock)
      const release = own(scope.dispose)
      scope.own(() => void undos.delete(release))
      return scope
    },
    dispose() {
      disposed = true
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
}
