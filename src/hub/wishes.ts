// What one session subscribed to: by name, judged by matchers that all who want the same share.
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { EventFrame } from './event-log.ts'
import type { Matcher, Matchers } from './matcher.ts'

interface Wish {
  readonly name: string
  readonly matcher: Matcher
}

const none: readonly Wish[] = []

export class Wishes {
  readonly #matchers: Matchers
  /** A session has few of them, and is asked about each event. */
  #wishes = none

  constructor(matchers: Matchers) {
    this.#matchers = matchers
  }

  get count(): number {
    return this.#wishes.length
  }

  /** Replaces the subscription of the same name. */
  set(name: string, spec: SubscriptionSpec): void {
    this.delete(name)
    this.#wishes = [...this.#wishes, { name, matcher: this.#matchers.take(spec) }]
  }

  get(name: string): SubscriptionSpec | undefined {
    return this.#find(name)?.matcher.spec
  }

  delete(name: string): void {
    const dropped = this.#find(name)
    if (dropped === undefined) return
    this.#wishes = this.#wishes.filter((wish) => wish !== dropped)
    this.#matchers.release(dropped.matcher)
  }

  wants(event: EventFrame): boolean {
    const wishes = this.#wishes
    for (let index = 0; index < wishes.length; index++) if (wishes[index]!.matcher.matches(event)) return true
    return false
  }

  clear(): void {
    for (const { matcher } of this.#wishes) this.#matchers.release(matcher)
    this.#wishes = none
  }

  all(): (readonly [name: string, spec: SubscriptionSpec])[] {
    return this.#wishes.map(({ name, matcher }) => [name, matcher.spec] as const)
  }

  #find(name: string): Wish | undefined {
    return this.#wishes.find((wish) => wish.name === name)
  }
}
