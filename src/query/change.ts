// What one operation does to the data of one query, as far as data alone can tell. Which queries, when, and what is fetched
// afterwards is live-cache.ts.
import type { QueryKey } from '@tanstack/react-query'
import { type EntityId, idOf } from './entity.ts'
import { draftList, type Found, type Lens, type Limit, type ListDraft, type PageFilter } from './lists.ts'
import type { DataOperation, PatchOperation, UpsertOperation, VersionOf } from './operations.ts'
import type { Tombstones } from './tombstones.ts'

/** Data that takes many operations and is read once. */
export interface DataDraft {
  readonly data: unknown
  replace(data: unknown): void
  /** Null where the data holds no list. */
  readonly list: ListDraft | null
  /** Lets `run` change the list that the lens shows. False where there is none. */
  through(lens: Lens, run: (list: ListDraft) => void): boolean
  readonly movedTotals: boolean
}

export function draftData(original: unknown): DataDraft {
  let data = original
  let list: ListDraft | null | undefined
  let movedTotals = false

  function settle() {
    movedTotals ||= list?.movedTotals ?? false
    if (list) data = list.finish()
    list = undefined
    return data
  }

  return {
    get data() {
      return settle()
    },
    replace(next) {
      settle()
      data = next
    },
    get list() {
      if (list === undefined) list = draftList(data)
      return list
    },
    through(lens, run) {
      const seen = draftList(settle(), lens)
      if (seen === null) return false
      run(seen)
      data = seen.finish()
      return true
    },
    get movedTotals() {
      return movedTotals || (list?.movedTotals ?? false)
    },
  }
}

export interface ChangeContext {
  readonly queryKey: QueryKey
  /** Where what is held of the list ends; null where all of it is held. */
  readonly limit: () => Limit | null
  /** The pages that do not hold the change yet. */
  readonly allows: PageFilter
  /** What is known to have left the list. */
  readonly gone: Tombstones
  /** The version that the event names, for what carries none itself. */
  readonly entityVersion?: number | undefined
}

/**
 * `done`: the data is as the operation says. `none`: it is not concerned. `older`: what is there is newer. `part`: the same, and
 * the older change named only some fields, so the newer one may lack them. `unknown`: only a fetch can tell.
 */
export type Outcome = 'done' | 'none' | 'older' | 'part' | 'unknown'

/** Throws what an updater, `where`, `sort` or a lens of the app throws. */
export function change(draft: DataDraft, operation: DataOperation, context: ChangeContext): Outcome {
  if (operation.kind === 'set') return setWhole(draft, operation.value, operation.version)
  if (operation.kind === 'patch' && operation.id === undefined) return patchWhole(draft, operation)
  let outcome: Outcome = 'unknown'
  const run = (list: ListDraft) => void (outcome = changeList(list, operation, context))
  if (operation.lens) {
    if (draft.through(operation.lens, run)) return outcome
  } else if (draft.list !== null) {
    run(draft.list)
    return outcome
  }
  return changeSingle(draft, operation)
}

function setWhole(draft: DataDraft, value: unknown, version: VersionOf | undefined): Outcome {
  if (isOlder(value, draft.data, version)) return 'older'
  draft.replace(value)
  return 'done'
}

function patchWhole(draft: DataDraft, { update, version, isPartial }: PatchOperation): Outcome {
  const old = draft.data
  const next = update(old)
  if (isOlder(next, old, version)) return isPartial ? 'part' : 'older'
  if (next !== old) draft.replace(next)
  return 'done'
}

/** The query holds one entity and no list. */
function changeSingle(draft: DataDraft, operation: Exclude<DataOperation, { kind: 'set' }>): Outcome {
  const held = idOf(draft.data)
  const wanted = operation.kind === 'upsert' ? operation.entity.id : operation.id
  if (held === undefined) return operation.kind === 'upsert' ? 'unknown' : 'none'
  if (held !== wanted) return 'none'
  if (operation.kind === 'remove') return 'unknown'
  if (operation.kind === 'patch') return patchWhole(draft, operation)
  return setWhole(draft, operation.entity, operation.version)
}

function changeList(
  list: ListDraft,
  operation: Exclude<DataOperation, { kind: 'set' }>,
  context: ChangeContext,
): Outcome {
  if (operation.kind === 'upsert') return upsertInto(list, operation, context)
  const id = operation.id as EntityId
  const found = list.find(id, context.allows)
  if (operation.kind === 'remove') {
    context.gone.removed(id, context.entityVersion)
    if (found === undefined) return 'none'
    if (!context.allows(found.page)) return 'older'
    list.remove(found)
    return 'done'
  }
  if (found === undefined) return 'none'
  return context.allows(found.page) ? patchItem(list, found, operation) : 'older'
}

function patchItem(list: ListDraft, found: Found, { update, version, isPartial }: PatchOperation): Outcome {
  const next = update(found.item)
  if (isOlder(next, found.item, version)) return isPartial ? 'part' : 'older'
  if (next !== found.item) list.replace(found, next)
  return 'done'
}

function upsertInto(list: ListDraft, operation: UpsertOperation, context: ChangeContext): Outcome {
  const { entity, where, version } = operation
  const belongs = where?.(entity as never, context.queryKey)
  const found = list.find(entity.id, context.allows)
  if (found !== undefined && operation.onlyIfAbsent === true) return 'none'
  if (found === undefined) return belongs === undefined ? 'unknown' : insertInto(list, operation, belongs, context)
  if (!context.allows(found.page) || isOlder(entity, found.item, version)) return 'older'
  if (belongs === false) {
    context.gone.left(entity.id, version?.(entity as never))
    list.remove(found)
    return 'done'
  }
  putInPlace(list, found, operation, context)
  return where !== undefined && belongs === undefined ? 'unknown' : 'done'
}

function insertInto(
  list: ListDraft,
  { entity, version, ...placement }: UpsertOperation,
  belongs: boolean,
  { gone, limit, allows }: ChangeContext,
): Outcome {
  const newness = version?.(entity as never)
  if (!belongs) {
    gone.left(entity.id, newness)
    return 'none'
  }
  if (gone.isGone(entity.id, newness)) return 'older'
  return list.insert(entity, { ...placement, limit: limit() }, allows) ? 'done' : 'none'
}

function putInPlace(
  list: ListDraft,
  found: Found,
  { entity, sort, at }: UpsertOperation,
  { limit, allows }: ChangeContext,
) {
  const placement = { sort, at, limit: sort ? limit() : null }
  if (list.isInPlace(found, entity, placement)) return list.replace(found, entity)
  list.remove(found)
  list.insert(entity, placement, allows)
}

/** Whether `next` is an older version of the same than `old`. Where one of them has no version nobody can tell. */
export function isOlder(next: unknown, old: unknown, version: VersionOf | undefined): boolean {
  // Nothing has no version to be read.
  if (version === undefined || next === undefined || old === undefined) return false
  const [given, held] = [version(next as never), version(old as never)]
  return given !== undefined && held !== undefined && given < held
}
