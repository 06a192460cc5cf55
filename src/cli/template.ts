// What an event of a scenario says for whatever differs from one time to the next: {{uuid}}, {{counter:goal}}, {{pick:names}} …
import { wrong } from './reading.ts'

export interface TemplatesOptions {
  lists: Readonly<Record<string, readonly unknown[]>>
  now: () => number
  /** Uniform in [0, 1). */
  random: () => number
  newId: () => string
}

export interface Templates {
  /** Throws an `InputError` for words that mean nothing. @param at the place of `value` */
  check(value: unknown, at: string): void
  /**
   * A copy with everything filled in. The same words have the same value throughout it. A text that is one word alone becomes what that
   * word stands for, such as a number; within a longer text it is written out.
   */
  fill(value: unknown): unknown
}

const word = /\{\{([^{}]*)\}\}/g
const wordAlone = /^\{\{([^{}]*)\}\}$/

const known = 'uuid, uuid:NAME, counter, counter:NAME, last, last:NAME, pick:LIST, number:FROM:TO, now, now:ms'

export function createTemplates({ lists, now, random, newId }: TemplatesOptions): Templates {
  const counters = new Map<string, number>()

  /** Undefined where the words mean nothing. */
  function meaningOf(words: string): (() => unknown) | undefined {
    const [name, ...args] = words.trim().split(':')
    const [first = '', second = ''] = args
    switch (name) {
      case 'uuid':
        return args.length < 2 ? newId : undefined
      case 'counter':
        return args.length < 2 ? () => count(first) : undefined
      case 'last':
        return args.length < 2 ? () => counters.get(first) ?? 0 : undefined
      case 'pick':
        return Object.hasOwn(lists, args.join(':')) ? () => pick(lists[args.join(':')]!) : undefined
      case 'number':
        return args.length === 2 ? between(first, second) : undefined
      case 'now':
        if (args.length === 0) return () => new Date(now()).toISOString()
        return args.length === 1 && first === 'ms' ? now : undefined
      default:
        return undefined
    }
  }

  function count(name: string): number {
    const next = (counters.get(name) ?? 0) + 1
    counters.set(name, next)
    return next
  }

  const pick = (items: readonly unknown[]) => items[Math.floor(random() * items.length)]

  function between(from: string, to: string): (() => number) | undefined {
    const [min, max] = [Number(from), Number(to)]
    const isRange = /^-?\d+$/.test(from) && /^-?\d+$/.test(to) && min <= max
    return isRange ? () => min + Math.floor(random() * (max - min + 1)) : undefined
  }

  function check(value: unknown, at: string) {
    forEachText(value, at, (text, where) => {
      for (const [whole, words = ''] of text.matchAll(word)) {
        if (meaningOf(words) !== undefined) continue
        const hint = words.startsWith('pick') ? ` "lists" has ${Object.keys(lists).join(', ') || 'none'}.` : ''
        wrong(where, `says ${whole}, which means nothing. There are ${known}.${hint}`)
      }
    })
  }

  return {
    check,
    fill(value) {
      const drawn = new Map<string, unknown>()
      const valueOf = (words: string) => {
        if (!drawn.has(words)) drawn.set(words, meaningOf(words)?.())
        return drawn.get(words)
      }
      return mapTexts(value, (text) => {
        const [, alone] = wordAlone.exec(text) ?? []
        if (alone !== undefined) return structuredClone(valueOf(alone))
        return text.replaceAll(word, (_whole, words: string) => writtenOut(valueOf(words)))
      })
    },
  }
}

const writtenOut = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function forEachText(value: unknown, at: string, run: (text: string, at: string) => void) {
  if (typeof value === 'string') run(value, at)
  else if (Array.isArray(value)) value.forEach((item, index) => forEachText(item, `${at}[${index}]`, run))
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) forEachText(item, `${at}.${name}`, run)
}

function mapTexts(value: unknown, map: (text: string) => unknown): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, map)]))
}
