'use client'
// Which of several components renders the one Toaster: sonner shows every toast in each of them.
import { useEffect, useState, useSyncExternalStore } from 'react'
import { createEmitter, throwLater } from '../base/emitter.ts'

const changes = createEmitter<void>(throwLater)
const waiting = new Set<object>()

const first = () => waiting.values().next().value

/** Whether the place is this component's. Nobody's on the server. @param isWanted whether it would take it */
export function useToasterPlace(isWanted: boolean): boolean {
  const [self] = useState(() => ({}))
  useEffect(() => {
    if (!isWanted) return undefined
    waiting.add(self)
    changes.emit()
    return () => {
      waiting.delete(self)
      changes.emit()
    }
  }, [self, isWanted])
  return useSyncExternalStore(
    changes.on,
    () => first() === self,
    () => false,
  )
}
