// What other people changed in the last few seconds, so that it can be shown without a word being spoken or a focus moved.
import { useSyncExternalStore } from 'react'
import { useRealtimeEvent } from 'livecache'
import type { Goal, Person } from '../shared/entities.ts'
import { pageId } from './page-id.ts'

export interface RecentChange {
  kind: 'new' | 'updated'
  by: string
  /** Counts the changes, so that each one can begin its tint anew. */
  serial: number
}

/** Long enough to be read by whoever looked elsewhere; the tint is over long before. */
const shownMs = 6_000

const changes = new Map<string, RecentChange>()
const ends = new Map<string, ReturnType<typeof setTimeout>>()
const listeners = new Set<() => void>()
let lastSerial = 0

function note(id: string, change: Omit<RecentChange, 'serial'>) {
  // What was new a moment ago is still news when it is changed at once.
  const kind = changes.get(id)?.kind === 'new' ? 'new' : change.kind
  changes.set(id, { ...change, kind, serial: ++lastSerial })
  clearTimeout(ends.get(id))
  ends.set(id, setTimeout(forget, shownMs, id))
  tell()
}

function forget(id: string) {
  changes.delete(id)
  ends.delete(id)
  tell()
}

function tell() {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useRecentChange(id: string): RecentChange | undefined {
  return useSyncExternalStore(subscribe, () => changes.get(id))
}

/** Takes note of what arrives, from anybody but this page. */
export function useNoticingChanges() {
  useRealtimeEvent('*', ({ type, entity, origin, payload }) => {
    if (entity === null || origin?.clientId === pageId) return
    const { by, goal } = payload as { by?: Person; goal?: Goal }
    if (by === undefined) return
    const isNew = type.endsWith('.created')
    note(entity.id, { kind: isNew ? 'new' : 'updated', by: by.name })
    if (goal !== undefined && goal.id !== entity.id) note(goal.id, { kind: 'updated', by: by.name })
  })
}
