// What has left a list, and in which version, so that an older copy of it does not come back: by an event that was late, or by a
// fetch that was answered before.
import type { EntityId } from './entity.ts'

export interface Tombstones {
  /** It no longer belongs here as of this version; a newer one may. */
  left(id: EntityId, version: number | undefined): void
  /** It was deleted; its last version does not come back either. */
  removed(id: EntityId, version: number | undefined): void
  isGone(id: EntityId, version: number | undefined): boolean
  readonly size: number
}

/** So many are remembered of one list; the oldest are forgotten first. */
const maxTombstones = 1_000

export function createTombstones(): Tombstones {
  const gone = new Map<EntityId, { version: number; isDeleted: boolean }>()

  function note(id: EntityId, version: number | undefined, isDeleted: boolean) {
    if (version === undefined || version < (gone.get(id)?.version ?? -Infinity)) return
    gone.delete(id)
    gone.set(id, { version, isDeleted })
    if (gone.size > maxTombstones) gone.delete(gone.keys().next().value!)
  }

  return {
    left: (id, version) => note(id, version, false),
    removed: (id, version) => note(id, version, true),
    isGone(id, version) {
      const last = gone.get(id)
      if (last === undefined || version === undefined) return false
      return last.isDeleted ? version <= last.version : version < last.version
    },
    get size() {
      return gone.size
    },
  }
}
