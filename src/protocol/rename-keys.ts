// Names of keys: snake_case becomes camelCase, names that could reach a prototype are dropped. Values never change.
import { isObject, type JsonObject } from '../base/json.ts'

const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether a key of this name is dropped wherever it stands. */
export const isUnsafeKey = (key: string): boolean => unsafeKeys.has(key)

export class TooDeep extends Error {}

export interface RenameOptions {
  /** Paths (`payload.labels`) whose own and deeper keys are data, not names, and stay as they are. */
  exempt?: ReadonlySet<string>
  /** Levels of nesting allowed; one more throws `TooDeep`. */
  maxDepth: number
}

/** `created_at` → `createdAt`; `_id` and `HTTP_PROXY` stay: a leading underscore and capitals are somebody's choice. */
export function toCamelCase(key: string): string {
  if (!key.includes('_', 1) || !/[a-z]/.test(key)) return key
  return key.replace(/([^_])_+([a-zA-Z0-9])/g, (_, before: string, after: string) => before + after.toUpperCase())
}

/** A copy with renamed keys, sharing with `value` whatever needs no change (`value` itself where nothing does). */
export function renameKeys(value: unknown, options: RenameOptions): unknown {
  return visit(value, '', options.exempt?.has('') ? null : (options.exempt ?? new Set()), options.maxDepth)
}

/** A copy without the unsafe keys, every other name kept. */
export function dropUnsafeKeys(value: unknown, maxDepth: number): unknown {
  return visit(value, '', null, maxDepth)
}

/** `exempt` null: below an exempt path, so names stay. */
function visit(value: unknown, path: string, exempt: ReadonlySet<string> | null, depthLeft: number): unknown {
  const isArray = Array.isArray(value)
  if (!isArray && !isObject(value)) return value
  if (depthLeft <= 0) throw new TooDeep()
  return isArray ? visitArray(value, path, exempt, depthLeft) : visitObject(value, path, exempt, depthLeft)
}

function visitArray(items: unknown[], path: string, exempt: ReadonlySet<string> | null, depthLeft: number): unknown[] {
  let copy: unknown[] | null = null
  for (const [index, item] of items.entries()) {
    const next = visit(item, path, exempt, depthLeft - 1)
    if (next !== item) (copy ??= [...items])[index] = next
  }
  return copy ?? items
}

function visitObject(
  from: JsonObject,
  path: string,
  exempt: ReadonlySet<string> | null,
  depthLeft: number,
): JsonObject {
  // Made only once something differs: most frames need no change, and this runs for each.
  let copy: [string, unknown][] | null = null
  const keys = Object.keys(from)
  for (const [index, key] of keys.entries()) {
    const name = exempt === null ? key : toCamelCase(key)
    // `a_b` beside `aB`: the name that needs no change wins, wherever it stands.
    const isLeftOut = isUnsafeKey(key) || (name !== key && Object.hasOwn(from, name))
    const next = isLeftOut ? undefined : visitChild(from[key], path, name, exempt, depthLeft)
    if (isLeftOut || name !== key || next !== from[key]) copy ??= keys.slice(0, index).map((kept) => [kept, from[kept]])
    if (!isLeftOut) copy?.push([name, next])
  }
  return copy === null ? from : Object.fromEntries(copy)
}

function visitChild(
  value: unknown,
  path: string,
  name: string,
  exempt: ReadonlySet<string> | null,
  depthLeft: number,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (exempt === null || exempt.size === 0) return visit(value, path, exempt, depthLeft - 1)
  const childPath = path === '' ? name : `${path}.${name}`
  return visit(value, childPath, exempt.has(childPath) ? null : exempt, depthLeft - 1)
}
