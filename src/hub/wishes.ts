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
  all(): (readonly [name: string, spec: SubscriptionSpec])[]
  count(): number
}

export function createWishes(matchers: Matchers): Wishes {
  // A session has few of them, and is asked about each event.
  const names: string[] = []
  const matching: Matcher[] = []

  function drop(name: string) {
    const index = names.indexOf(name)
    if (index === -1) return
    names.splice(index, 1)
    for (const matcher of matching.splice(index, 1)) matchers.release(matcher)
  }

  return {
    set(name, spec) {
      drop(name)
      names.push(name)
      matching.push(matchers.take(spec))
    },
    get: (name) => matching[names.indexOf(name)]?.spec,
    delete: drop,
    wants(event) {
      for (let index = 0; index < matching.length; index++) if (matching[index]!.matches(event)) return true
      return false
    },
    clear() {
      for (const name of [...names]) drop(name)
    },
    all: () => names.map((name, index) => [name, matching[index]!.spec] as const),
    count: () => names.length,
  }
}
