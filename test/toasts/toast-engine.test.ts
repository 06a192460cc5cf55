import { describe, expect, it } from 'vitest'
import { createScreen, notice } from './engine.ts'

const critical = (title: string, more = {}) => ({ title, priority: 'critical' as const, ...more })

describe('a storm', () => {
  it('TB-1 100 events in 1 s give 3 toasts and 1 summary with the right count; the history has all', () => {
    const screen = createScreen()
    for (let index = 1; index <= 100; index++) {
      screen.arrive(`goal ${index}`)
      screen.pass(10)
    }
    expect(screen.most).toBeLessThanOrEqual(3)
    screen.pass(2_000)
    expect(screen.shown).toEqual(['goal 1', 'goal 2', 'goal 3', '97 more'])
    expect(screen.changes).toBe(4)
    expect(screen.history).toHaveLength(100)
    expect(screen.history.filter((line) => line.endsWith('shown'))).toHaveLength(3)
    expect(screen.history.filter((line) => line.endsWith('summarised'))).toHaveLength(97)
  })

  it('TB-1 the same at once gives the same, and nobody hears more than four things', () => {
    const screen = createScreen()
    screen.arrive(...Array.from({ length: 100 }, (_, index) => `goal ${index + 1}`))
    expect(screen.shown).toEqual(['goal 1', 'goal 2', 'goal 3'])
    screen.pass(500)
    expect(screen.shown.at(-1)).toBe('97 more')
    expect(screen.heard).toEqual(['goal 1', 'goal 2', 'goal 3', '97 more'])
  })

  it('TB-1 a summary changes once a second at most, says so once in 10 s, and ends with the right count', () => {
    const screen = createScreen()
    screen.arrive('a', 'b', 'c')
    for (let index = 0; index < 90; index++) {
      screen.arrive(`later ${index}`)
      screen.pass(100)
    }
    expect(screen.changes).toBeLessThanOrEqual(3 + 1 + 9)
    screen.pass(2_000)
    expect(screen.shown.at(-1)).toBe('90 more')
    expect(screen.heard.filter((words) => words.includes('more'))).toHaveLength(1)
  })

  it('TB-1 a summary that was dismissed begins anew with what it had not told yet', () => {
    const screen = createScreen()
    screen.arrive('a', 'b', 'c', 'd', 'e')
    screen.pass(500)
    screen.arrive('f')
    screen.take('2 more')
    screen.pass(1_000)
    expect(screen.shown).toEqual(['a', 'b', 'c', '1 more'])
    screen.take('1 more')
    screen.pass(60_000)
    expect(screen.shown).toEqual(['a', 'b', 'c'])
  })

  it('a place that becomes free goes to the next one', () => {
    const screen = createScreen()
    screen.arrive('a', 'b', 'c')
    screen.take('b')
    screen.arrive('d')
    expect(screen.shown).toEqual(['a', 'c', 'd'])
  })

  it('a clock that is set back holds no summary', () => {
    const screen = createScreen()
    screen.arrive('a', 'b', 'c', 'd')
    screen.turn({ now: 1_000 })
    expect(screen.shown.at(-1)).toBe('1 more')
    screen.arrive('e')
    screen.pass(1_000)
    expect(screen.shown.at(-1)).toBe('2 more')
  })
})

describe('a critical notice', () => {
  it('TB-2 takes the place of the least grave and oldest, which the summary counts', () => {
    const screen = createScreen()
    screen.arrive({ title: 'a', priority: 'high' }, 'b', { title: 'c', priority: 'low' })
    screen.arrive(critical('fire'))
    expect(screen.shown).toEqual(['a', 'b', 'fire'])
    screen.arrive(critical('flood'))
    expect(screen.shown).toEqual(['a', 'fire', 'flood'])
    screen.pass(500)
    expect(screen.shown.at(-1)).toBe('2 more')
    expect(screen.history).toEqual(['flood shown', 'fire shown', 'c summarised', 'b summarised', 'a shown'])
  })

  it('TB-1 a group that gives way counts as all that it stands for', () => {
    const screen = createScreen()
    for (const title of ['a', 'b', 'c']) screen.arrive({ title, group: 'g', priority: 'low' })
    screen.arrive('x', 'y', critical('fire'))
    screen.pass(500)
    expect(screen.shown).toEqual(['x', 'y', 'fire', '3 more'])
    expect(screen.history.filter((line) => line.endsWith('summarised'))).toHaveLength(3)
  })

  it('TB-2 never gives way to anything', () => {
    const screen = createScreen()
    screen.arrive(critical('fire'))
    for (let index = 0; index < 50; index++) screen.arrive({ title: `${index}`, priority: 'high' })
    screen.arrive(critical('flood'), critical('quake'))
    screen.arrive('x')
    expect(screen.shown).toEqual(['fire', 'flood', 'quake'])
    expect(screen.cards.every(({ isPersistent }) => isPersistent)).toBe(true)
  })

  it('TB-2 a fourth makes them one, which stays and leaves room', () => {
    const screen = createScreen()
    screen.arrive(critical('a'), critical('b'), critical('c'))
    screen.arrive(critical('d'))
    expect(screen.shown).toEqual(['4 critical: d'])
    expect(screen.cards[0]).toMatchObject({ isPersistent: true, older: ['c', 'b', 'a'] })
    screen.arrive(critical('e'), 'x', 'y', 'z')
    expect(screen.shown).toEqual(['5 critical: e', 'x', 'y'])
    expect(screen.heard).toEqual(['a', 'b', 'c', '4 critical: d', '5 critical: e', 'x', 'y'])
    screen.take('5 critical: e')
    screen.arrive(critical('f'))
    expect(screen.shown).toEqual(['x', 'y', 'f'])
  })

  it('TB-2 is heard once, by whatever way', () => {
    const screen = createScreen()
    screen.arrive(critical('fire'))
    screen.pass(60_000)
    expect(screen.heard).toEqual(['fire'])
    expect(screen.said).toEqual([])
    screen.turn({ isModal: true })
    screen.arrive(critical('flood'))
    screen.turn({ isModal: false })
    screen.pass(60_000)
    expect(screen.heard).toEqual(['fire'])
    expect(screen.said).toEqual(['flood'])
    expect(screen.shown).toEqual(['fire', 'flood'])
  })

  it('TB-2 stays, too, once what it told of is better', () => {
    const screen = createScreen()
    screen.arrive(critical('down', { dedupeKey: 'api' }))
    screen.arrive({ title: 'up again', dedupeKey: 'api' })
    expect(screen.shown).toEqual(['up again'])
    expect(screen.cards[0]).toMatchObject({ isPersistent: true })
  })
})

describe('what says the same', () => {
  it('TB-3 changes its toast in place and is heard again after 10 s at the earliest', () => {
    const screen = createScreen()
    screen.arrive({ title: '10 %', dedupeKey: 'import' })
    const { id } = screen.cards[0]!
    screen.pass(4_000)
    screen.arrive({ title: '50 %', dedupeKey: 'import' })
    expect(screen.shown).toEqual(['50 %'])
    screen.pass(4_000)
    screen.arrive({ title: '60 %', dedupeKey: 'import' })
    expect(screen.heard).toEqual(['10 %'])
    screen.pass(2_000)
    screen.arrive({ title: '90 %', dedupeKey: 'import' })
    expect(screen.heard).toEqual(['10 %', '90 %'])
    expect(screen.cards.map((card) => card.id)).toEqual([id])
    expect(screen.history).toHaveLength(4)
  })

  it('TB-3 is heard at once if it has become graver', () => {
    const screen = createScreen()
    screen.arrive({ title: 'slow', dedupeKey: 'api' })
    screen.arrive({ title: 'slower', dedupeKey: 'api' })
    screen.arrive({ title: 'down', dedupeKey: 'api', priority: 'critical' })
    expect(screen.heard).toEqual(['slow', 'down'])
    expect(screen.shown).toEqual(['down'])
    screen.arrive({ title: 'up', dedupeKey: 'api' })
    screen.arrive({ title: 'down again', dedupeKey: 'api', priority: 'critical' })
    expect(screen.heard).toEqual(['slow', 'down', 'down again'])
  })

  it('TB-3 comes back unheard where its toast was dismissed within these 10 s', () => {
    const screen = createScreen()
    screen.arrive({ title: '10 %', dedupeKey: 'import' })
    screen.take('10 %')
    screen.pass(5_000)
    screen.arrive({ title: '50 %', dedupeKey: 'import' })
    expect(screen.shown).toEqual(['50 %'])
    expect(screen.heard).toEqual(['10 %'])
    screen.take('50 %')
    screen.pass(5_000)
    screen.arrive({ title: '90 %', dedupeKey: 'import' })
    expect(screen.heard).toEqual(['10 %', '90 %'])
  })

  it('of a group is one toast: the newest of the gravest, and how many more', () => {
    const screen = createScreen()
    screen.arrive({ title: 'a', group: 'goals' }, 'x')
    screen.arrive({ title: 'b', group: 'goals' }, { title: 'c', group: 'goals' })
    screen.arrive({ title: 'd', group: 'goals', priority: 'low' })
    expect(screen.shown).toEqual(['c +3', 'x'])
    expect(screen.heard).toEqual(['a', 'x'])
    screen.arrive({ title: 'e', group: 'goals', priority: 'high' })
    expect(screen.heard).toEqual(['a', 'x', 'e +4'])
    expect(screen.history.every((line) => line.endsWith('shown'))).toBe(true)
  })

  it('TB-2 each critical one of a group is heard', () => {
    const screen = createScreen()
    screen.arrive(critical('a', { group: 'g' }))
    screen.arrive(critical('b', { group: 'g' }))
    screen.arrive({ title: 'c', group: 'g' })
    expect(screen.shown).toEqual(['b +2'])
    expect(screen.heard).toEqual(['a', 'b +1'])
  })
})

describe('what is no news', () => {
  it('is in the history and nowhere else', () => {
    const screen = createScreen()
    screen.arrive(notice('a', { lateness: 'replayed' }), notice(critical('b'), { lateness: 'old' }))
    screen.pass(60_000)
    expect(screen.changes).toBe(0)
    expect(screen.history).toEqual(['b old', 'a replayed'])
  })

  it('the history forgets the oldest, and shrinks to what it is told', () => {
    const screen = createScreen()
    screen.turn({ maxEntries: 3 })
    screen.arrive('a', 'b', 'c', 'd', 'e')
    expect(screen.entries.map(({ title }) => title)).toEqual(['e', 'd', 'c'])
    screen.send({ type: 'cleared' })
    expect(screen.history).toEqual([])
    expect(screen.shown).toEqual(['a', 'b', 'c'])
  })
})

describe('a hidden page', () => {
  it('TB-5 nothing fires; on return one summary at once, and what is critical', () => {
    const screen = createScreen()
    screen.turn({ isHidden: true })
    for (let index = 0; index < 12; index++) screen.arrive(`goal ${index}`)
    screen.arrive(critical('fire'))
    screen.pass(600_000)
    expect(screen.changes).toBe(0)
    expect(screen.sounds).toEqual([])
    screen.turn({ isHidden: false })
    expect(screen.shown).toEqual(['fire', '12 away'])
    expect(screen.heard).toEqual(['fire', '12 away'])
    expect(screen.history.at(-1)).toBe('goal 0 hidden')
    expect(screen.history[0]).toBe('fire shown')
  })

  it('TB-5 with what no place was found for before, and comes after, it is still one summary', () => {
    const screen = createScreen()
    screen.arrive('a', 'b', 'c', 'd', 'e')
    screen.turn({ isHidden: true })
    screen.arrive('f', 'g', 'h')
    screen.pass(10_000)
    expect(screen.shown).toEqual(['a', 'b', 'c'])
    screen.turn({ isHidden: false })
    expect(screen.shown).toEqual(['a', 'b', 'c', '5 more'])
    screen.turn({ isHidden: true })
    screen.arrive('i')
    screen.turn({ isHidden: false })
    screen.pass(1_000)
    expect(screen.shown).toEqual(['a', 'b', 'c', '6 more'])
  })

  it('TB-5 many critical ones are one on return', () => {
    const screen = createScreen()
    screen.turn({ isHidden: true })
    for (let index = 1; index <= 200; index++) screen.arrive(critical(`${index}`))
    expect(screen.state.waiting.length).toBeLessThanOrEqual(3)
    screen.turn({ isHidden: false })
    expect(screen.shown).toEqual(['200 critical: 200'])
  })
})

describe('quiet', () => {
  it.each(['muted', 'quiet'] as const)('TB-5 %s: only what is critical, without a sound; later no summary', (wish) => {
    const screen = createScreen()
    screen.turn({ hush: wish })
    screen.arrive('a', { title: 'b', priority: 'high' }, critical('fire'))
    screen.pass(60_000)
    expect(screen.shown).toEqual(['fire'])
    expect(screen.heard).toEqual(['fire'])
    expect(screen.sounds).toEqual([])
    screen.turn({ hush: null })
    screen.pass(60_000)
    expect(screen.shown).toEqual(['fire'])
    expect(screen.history.slice(1)).toEqual([`b ${wish}`, `a ${wish}`])
  })

  it('TB-5 what was to be shown later is not once it is quiet', () => {
    const screen = createScreen()
    screen.turn({ isModal: true })
    screen.arrive('a', 'b', 'c', 'd')
    screen.turn({ hush: 'quiet', isModal: false })
    screen.pass(60_000)
    screen.turn({ hush: null })
    screen.pass(60_000)
    expect(screen.changes).toBe(0)
    expect(screen.history).toEqual(['d summarised', 'c quiet', 'b quiet', 'a quiet'])
  })

  it('TB-5 what came while away is not told in quiet hours', () => {
    const screen = createScreen()
    screen.turn({ isHidden: true })
    screen.arrive('a')
    screen.turn({ hush: 'quiet' })
    screen.turn({ isHidden: false })
    screen.turn({ hush: null })
    screen.pass(60_000)
    expect(screen.changes).toBe(0)
  })

  it('TB-5 a toast that gives way to a critical one makes no summary in quiet hours', () => {
    const screen = createScreen()
    screen.arrive('a', 'b', 'c')
    screen.turn({ hush: 'quiet' })
    screen.arrive(critical('fire'))
    screen.pass(60_000)
    expect(screen.shown).toEqual(['b', 'c', 'fire'])
  })
})

describe('an open dialog', () => {
  it('TB-6 defers what is not critical, and shows it in order afterwards', () => {
    const screen = createScreen()
    screen.turn({ isModal: true })
    screen.arrive('a', 'b')
    screen.pass(60_000)
    screen.arrive(critical('fire'))
    expect(screen.shown).toEqual(['fire'])
    expect(screen.said).toEqual(['fire'])
    expect(screen.heard).toEqual([])
    expect(screen.history).toEqual(['fire shown', 'b deferred', 'a deferred'])
    screen.turn({ isModal: false })
    expect(screen.shown).toEqual(['fire', 'a', 'b'])
    expect(screen.heard).toEqual(['a', 'b'])
    expect(screen.history).toEqual(['fire shown', 'b shown', 'a shown'])
  })

  it('TB-6 what comes next comes behind what waited', () => {
    const screen = createScreen()
    screen.turn({ isModal: true })
    screen.arrive('a', 'b', 'c', 'd', 'e')
    screen.turn({ isModal: false })
    screen.arrive('f')
    screen.pass(1_000)
    expect(screen.shown).toEqual(['a', 'b', 'c', '3 more'])
  })

  it('TB-6 keeps no more than it can show, however long it is open', () => {
    const screen = createScreen()
    screen.turn({ isModal: true })
    for (let index = 0; index < 1_000; index++) screen.arrive(`${index}`)
    screen.pass(60_000)
    expect(screen.changes).toBe(0)
    expect(screen.state.waiting).toHaveLength(3)
    screen.turn({ isModal: false })
    screen.pass(1)
    expect(screen.shown).toEqual(['0', '1', '2', '997 more'])
  })

  it('TB-6 what waits does not come up over what says it newer', () => {
    const screen = createScreen()
    screen.turn({ isModal: true })
    screen.arrive({ title: 'slow', dedupeKey: 'api' })
    screen.arrive(critical('down', { dedupeKey: 'api' }))
    screen.turn({ isModal: false })
    expect(screen.shown).toEqual(['down'])
  })

  it('TB-6 on a hidden page all waits; on return only what is critical, until it closes', () => {
    const screen = createScreen()
    screen.turn({ isModal: true, isHidden: true })
    screen.arrive('a', critical('fire'))
    expect(screen.changes).toBe(0)
    screen.turn({ isHidden: false })
    expect(screen.shown).toEqual(['fire'])
    expect(screen.said).toEqual(['fire'])
    screen.pass(5_000)
    expect(screen.shown).toEqual(['fire'])
    screen.turn({ isModal: false })
    expect(screen.shown).toEqual(['fire', '1 away'])
  })
})

describe('what may no longer be read', () => {
  it('is on no toast and in no history any more', () => {
    const screen = createScreen()
    const of = (title: string, stream: string) =>
      notice(critical(title), { event: { time: 0, eventId: null, eventType: 'x', stream } })
    screen.arrive(of('a', 'goal:1'), of('b', 'goal:2'))
    screen.send({ type: 'revoked', of: (stream) => stream === 'goal:1' })
    expect(screen.shown).toEqual(['b'])
    expect(screen.history).toEqual(['b shown'])
    screen.arrive(of('c', 'goal:1'), of('d', 'goal:1'), of('e', 'goal:2'))
    screen.send({ type: 'revoked', of: (stream) => stream === 'goal:1' })
    expect(screen.cards[0]).toMatchObject({ kind: 'criticals', older: [] })
  })
})

describe('a sound', () => {
  it('is asked for what is heard, and once for a batch, as the gravest of it', () => {
    const screen = createScreen()
    screen.arrive('a', { title: 'b', priority: 'high', dedupeKey: 'k' }, 'c')
    expect(screen.sounds).toEqual(['high'])
    screen.arrive({ title: 'b again', priority: 'high', dedupeKey: 'k' })
    expect(screen.sounds).toEqual(['high'])
  })
})
