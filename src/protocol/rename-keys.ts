// Names of keys: snake_case becomes camelCase, names that could reach a prototype are dropped. Values never change.
import { isObject, type JsonObject } from '../base/json.ts'

const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype'])

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
  let changed = false
  const entries: [string, unknown][] = []
  for (const key of Object.keys(from)) {
    const unsafe = unsafeKeys.has(key)
    const name = exempt === null ? key : toCamelCase(key)
    // `a_b` beside `aB`: the name that needs no change wins, wherever it stands.
    if (unsafe || (name !== key && Object.hasOwn(from, name))) {
      changed = true
      continue
    }
    const childPath = path === '' ? name : `${path}.${name}`
    const next = visit(from[key], childPath, exempt?.has(childPath) ? null : exempt, depthLeft - 1)
    if (name !== key || next !== from[key]) changed = true
    entries.push([name, next])
  }
  return changed ? Object.fromEntries(entries) : from
}
