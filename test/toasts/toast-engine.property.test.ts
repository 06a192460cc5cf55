// Whatever comes in whatever order: the promises of the engine.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ToastPriority } from '../../src/toasts/toast-rules.ts'
import { createScreen, notice, type Screen } from './engine.ts'

type Wish = 'isHidden' | 'isModal' | 'hush'
interface Command {
  name: string
  run(screen: Screen): void
}

const priority = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<ToastPriority>('low', 'normal', 'high') },
  { weight: 1, arbitrary: fc.constant<ToastPriority>('critical') },
)
const keyed = (values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined })

let lastTitle = 0

function commands({ keys = [] as string[], wishes = ['isHidden', 'isModal'] as Wish[] } = {}) {
  const arrival = fc
    .record({
      priority,
      group: keyed(['g', 'h']),
      dedupeKey: keys.length > 0 ? keyed(keys) : fc.constant(undefined),
      lateness: fc.option(fc.constantFrom('replayed' as const, 'old' as const), { nil: null, freq: 9 }),
    })
    .map(({ lateness, ...given }): Command => {
      const name = `arrive ${JSON.stringify({ lateness, ...given })}`
      return { name, run: (screen) => screen.arrive(notice({ title: `${++lastTitle}`, ...given }, { lateness })) }
    })
  const passage = fc
    .integer({ min: 0, max: 12_000 })
    .map((ms): Command => ({ name: `pass ${ms}`, run: (screen) => screen.pass(ms) }))
  const departure = fc.nat(3).map((nth): Command => ({ name: `gone ${nth}`, run: (screen) => screen.takeNth(nth) }))
  const turn = fc.record({ wish: fc.constantFrom(...wishes), isOn: fc.boolean() }).map(({ wish, isOn }): Command => ({
    name: `${wish} ${isOn}`,
    run: (screen) => screen.turn({ [wish]: wish === 'hush' ? (isOn ? 'quiet' : null) : isOn }),
  }))
  const any = fc.oneof(
    { weight: 6, arbitrary: arrival },
    { weight: 2, arbitrary: passage },
    { weight: 2, arbitrary: departure },
    { weight: 2, arbitrary: turn },
  )
  return fc.array(any, { maxLength: 60, size: 'max' })
}

function play(list: readonly Command[], check: (screen: Screen, before: number) => void): Screen {
  const screen = createScreen()
  screen.turn({ maxEntries: 1_000 })
  for (const { run } of list) {
    const before = screen.changes
    run(screen)
    check(screen, before)
  }
  return screen
}

const all = { keys: ['k', 'l'], wishes: ['isHidden', 'isModal', 'hush'] as Wish[] }
const runs = { numRuns: 400 }

describe('whatever happens', () => {
  it('TB-1 there are 3 toasts and 1 summary at most, and the history has each notice once', () => {
    fc.assert(
      fc.property(commands(all), (list) => {
        const screen = play(list, ({ cards }) => {
          const summaries = cards.filter(({ kind }) => kind === 'more' || kind === 'away')
          expect(summaries.length).toBeLessThanOrEqual(1)
          expect(cards.length - summaries.length).toBeLessThanOrEqual(3)
        })
        const arrived = list.filter(({ name }) => name.startsWith('arrive')).length
        expect(new Set(screen.entries.map(({ id }) => id)).size).toBe(arrived)
      }),
      runs,
    )
  })

  it('TB-1 what is on screen, in the summary or waiting is all that came and was not taken away', () => {
    fc.assert(
      fc.property(commands(), (list) => {
        const screen = play(list, () => {})
        const news = screen.entries.filter(({ outcome }) => outcome !== 'replayed' && outcome !== 'old').length
        const counted = (cards: readonly { count: number }[]) => cards.reduce((sum, { count }) => sum + count, 0)
        const { shown, waiting, summary } = screen.state
        expect(counted(shown) + counted(waiting) + (summary?.count ?? 0) + screen.taken.count).toBe(news)
        screen.turn({ isHidden: false, isModal: false })
        screen.pass(10_000)
        expect(counted(screen.cards) + screen.taken.count).toBe(news)
      }),
      runs,
    )
  })

  it('TB-2 every critical one is on screen, or waits for the page to be seen, until a person takes it away', () => {
    fc.assert(
      fc.property(commands({ wishes: all.wishes }), (list) => {
        const screen = play(list, ({ cards, state, entries, taken, moment }) => {
          const came = entries.filter(
            ({ priority: given, outcome }) => given === 'critical' && outcome !== 'replayed' && outcome !== 'old',
          ).length
          const held = [...cards, ...(moment.isHidden ? state.waiting : [])]
          expect(held.reduce((sum, { criticals }) => sum + criticals, 0) + taken.criticals).toBe(came)
          expect(cards.every(({ criticals, isPersistent }) => isPersistent === criticals > 0)).toBe(true)
        })
        screen.turn({ isHidden: false })
        const heard = [...screen.heard, ...screen.said].join()
        const unheard = screen.cards.filter(
          ({ draft }) => draft?.priority === 'critical' && !heard.includes(draft.title),
        )
        expect(unheard).toEqual([])
      }),
      runs,
    )
  })

  it('TB-5 nothing changes on a hidden page, and nothing comes up in quiet hours but what is critical', () => {
    fc.assert(
      fc.property(commands(all), (list) => {
        let known = new Set<string>()
        play(list, ({ cards, changes, moment }, before) => {
          expect(!moment.isHidden || changes === before).toBe(true)
          const fresh = cards.filter(({ id }) => !known.has(id))
          const isQuiet = moment.hush !== null || moment.isModal
          expect(!isQuiet || fresh.every(({ isPersistent }) => isPersistent)).toBe(true)
          known = new Set(cards.map(({ id }) => id))
        })
      }),
      runs,
    )
  })

  it('TB-3 the same thing is not on screen twice, and not heard twice within 10 s unless it becomes graver', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ priority, ms: fc.nat(6_000) }), { maxLength: 30 }), (list) => {
        const screen = createScreen()
        let last: { at: number; rank: number } | null = null
        const ranks = ['low', 'normal', 'high', 'critical']
        for (const [index, one] of list.entries()) {
          screen.pass(one.ms)
          const before = screen.heard.length
          screen.arrive({ title: `${index}`, priority: one.priority, dedupeKey: 'k' })
          expect(screen.shown).toEqual([`${index}`])
          const rank = ranks.indexOf(one.priority)
          const { now } = screen.moment
          const isNews: boolean = last === null || now - last.at >= 10_000 || rank > last.rank
          expect(screen.heard.length - before).toBe(isNews ? 1 : 0)
          last = { at: isNews ? now : last!.at, rank }
        }
      }),
      runs,
    )
  })
})
