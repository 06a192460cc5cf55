// What one session subscribed to: by name, judged by matchers that all who want the same share.
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { EventFrame } from './event-log.ts'
import type { Matcher, Matchers } from './matcher.ts'

export interface Wishes {
  /** Replaces the subscription of the same name. */
  set(name: string, spec: SubscriptionSpec): void
  get(name: string): SubscriptionSpec | undefined
  delete(name: string): void
  wants(event: EventFrame): boolean
  clear(): void
  readonly all: readonly (readonly [name: string, spec: SubscriptionSpec])[]
  readonly size: number
}

export function createWishes(matchers: Matchers): Wishes {
  const byName = new Map<string, Matcher>()

  function drop(name: string) {
    const matcher = byName.get(name)
    if (matcher !== undefined) matchers.release(matcher)
    byName.delete(name)
  }

  return {
    set(name, spec) {
      drop(name)
      byName.set(name, matchers.take(spec))
    },
    get: (name) => byName.get(name)?.spec,
    delete: drop,
    wants(event) {
      for (const matcher of byName.values()) if (matcher.matches(event)) return true
      return false
    },
    clear() {
      for (const name of [...byName.keys()]) drop(name)
    },
    get all() {
      return [...byName].map(([name, { spec }]) => [name, spec] as const)
    },
    get size() {
      return byName.size
    },
  }
}
