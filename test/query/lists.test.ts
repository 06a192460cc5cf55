import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idOf } from '../../src/query/entity.ts'
import {
  draftList,
  everyPage,
  lastItemOf,
  type Lens,
  type ListDraft,
  type PageFilter,
  type Placement,
} from '../../src/query/lists.ts'

interface Goal {
  id: number
  name: string
}
const a: Goal = { id: 1, name: 'a' }
const b: Goal = { id: 2, name: 'b' }
const c: Goal = { id: 3, name: 'c' }
const d: Goal = { id: 4, name: 'd' }
const byName = (one: Goal, other: Goal) => one.name.localeCompare(other.name)
const atEnd: Placement = { at: 'end', limit: null }
const atStart: Placement = { at: 'start', limit: null }
const sorted: Placement = { at: 'end', sort: byName, limit: null }
const only =
  (...pages: number[]): PageFilter =>
  (page) =>
    pages.includes(page)

/** So that whoever changes what was given is found out. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

const draftOf = (data: unknown, lens?: Lens) => draftList(frozen(data), lens)!
const pagesOf = (...pages: unknown[]) => ({ pages, pageParams: pages.map((_, index) => index) })

function itemsIn(list: ListDraft): unknown[] {
  const items: unknown[] = []
  list.each(({ item }) => items.push(item))
  return items
}

const nested: Lens<{ data: { goals: Goal[] } }, Goal> = {
  get: ({ data }) => data.goals,
  set: ({ data }, goals) => ({ data: { ...data, goals: [...goals] } }),
}

/** The same list in each shape apps keep it in. */
const shapes: [string, (...items: Goal[]) => unknown, Lens?][] = [
  ['an array', (...items) => items],
  ['an object with items', (...items) => ({ total: 9, items })],
  ['pages of arrays', (...items) => pagesOf(items.slice(0, 1), items.slice(1))],
  ['pages of objects with items', (...items) => pagesOf({ items: items.slice(0, 1) }, { items: items.slice(1) })],
  ['what a lens shows', (...items) => ({ data: { goals: items, more: true } }), nested],
]

describe.each(shapes)('%s', (_name, shape, lens) => {
  it('finds an entity by its id, and by no other that looks like it', () => {
    const list = draftOf(shape(a, b), lens)
    expect(list.find(2, everyPage)?.item).toBe(b)
    expect(list.find(9, everyPage)).toBeUndefined()
    expect(list.find('2', everyPage)).toBeUndefined()
  })

  it('has one entity replaced and keeps the others by reference', () => {
    const list = draftOf(shape(a, b, c), lens)
    list.replace(list.find(2, everyPage)!, { ...b, name: 'z' })
    const next = list.finish()
    expect(next).toEqual(shape(a, { id: 2, name: 'z' }, c))
    const items = itemsIn(draftOf(next, lens))
    expect(items[0]).toBe(a)
    expect(items[2]).toBe(c)
  })

  it('is the very same where nothing changed', () => {
    const data = shape(a, b)
    const list = draftOf(data, lens)
    list.find(2, everyPage)
    expect(list.finish()).toBe(data)
  })

  it('loses the entity that is removed', () => {
    const list = draftOf(shape(a, b, c), lens)
    list.remove(list.find(2, everyPage)!)
    expect(list.finish()).toEqual(shape(a, c))
  })

  it('takes a new one at its end, or at its start', () => {
    const list = draftOf(shape(b), lens)
    expect(list.insert(c, atEnd, everyPage)).toBe(true)
    expect(list.insert(a, atStart, everyPage)).toBe(true)
    expect(itemsIn(list)).toEqual([a, b, c])
    expect(itemsIn(draftOf(list.finish(), lens))).toEqual([a, b, c])
  })

  it('takes a new one where its order says', () => {
    const list = draftOf(shape(a, b, d), lens)
    expect(list.insert(c, sorted, everyPage)).toBe(true)
    expect(list.finish()).toEqual(shape(a, b, c, d))
  })

  it('takes many changes and is read once', () => {
    const list = draftOf(shape(a, b), lens)
    list.remove(list.find(1, everyPage)!)
    list.insert(c, atEnd, everyPage)
    list.replace(list.find(2, everyPage)!, { ...b, name: 'z' })
    expect(itemsIn(draftOf(list.finish(), lens))).toEqual([{ id: 2, name: 'z' }, c])
  })
})

describe('pages', () => {
  it('are kept by reference where they do not change', () => {
    const data = pagesOf([a], { items: [b], next: 7 })
    const list = draftOf(data)
    list.replace(list.find(2, everyPage)!, { ...b, name: 'z' })
    const next = list.finish() as typeof data
    expect(next.pages[0]).toBe(data.pages[0])
    expect(next.pages[1]).toEqual({ items: [{ id: 2, name: 'z' }], next: 7 })
    expect(next.pageParams).toBe(data.pageParams)
  })

  it('are counted', () => {
    expect(draftOf([a]).pages).toBe(1)
    expect(draftOf(pagesOf([a], [b], [])).pages).toBe(3)
  })

  it('take a new entity at their start on the first page alone, at their end on the last', () => {
    const list = draftOf(pagesOf([a], [b]))
    list.insert(c, atStart, everyPage)
    list.insert(d, atEnd, everyPage)
    expect(list.finish()).toMatchObject({
      pages: [
        [c, a],
        [b, d],
      ],
    })
  })

  it('that are none take nothing', () => {
    const data = pagesOf()
    const list = draftOf(data)
    expect(list.insert(a, atStart, everyPage)).toBe(false)
    expect(list.insert(a, sorted, everyPage)).toBe(false)
    expect(list.finish()).toBe(data)
  })
})

describe('an order', () => {
  it('puts a new entity behind those it equals', () => {
    const list = draftOf([a, b, c])
    const twin = { id: 9, name: 'b' }
    list.insert(twin, sorted, everyPage)
    expect(list.finish()).toEqual([a, b, twin, c])
  })

  it('counts over all pages', () => {
    const list = draftOf(pagesOf([a, b], [d]))
    list.insert(c, sorted, everyPage)
    expect(list.finish()).toMatchObject({
      pages: [
        [a, b],
        [c, d],
      ],
    })
  })

  it('says whether an entity stands where it belongs', () => {
    const list = draftOf([a, b, c])
    const found = list.find(2, everyPage)!
    for (const name of ['a', 'b', 'bb', 'c']) expect(list.isInPlace(found, { id: 2, name }, sorted)).toBe(true)
    expect(list.isInPlace(found, { id: 2, name: 'd' }, sorted)).toBe(false)
    expect(list.isInPlace(found, { id: 2, name: '0' }, sorted)).toBe(false)
  })

  it('looks at the neighbours on other pages, over empty ones', () => {
    const list = draftOf(pagesOf([a, b], [], [c]))
    expect(list.isInPlace(list.find(2, everyPage)!, { id: 2, name: 'd' }, sorted)).toBe(false)
    expect(list.isInPlace(list.find(3, everyPage)!, { id: 3, name: '0' }, sorted)).toBe(false)
    expect(list.isInPlace(list.find(3, everyPage)!, { id: 3, name: 'z' }, sorted)).toBe(true)
  })

  it('that there is none leaves everything in place', () => {
    const list = draftOf([a, b])
    expect(list.isInPlace(list.find(1, everyPage)!, { id: 1, name: 'z' }, atEnd)).toBe(true)
  })
})

describe('a list that goes on after what is held', () => {
  it('takes nothing at its end, and anything at its start', () => {
    const list = draftOf([b])
    expect(list.insert(c, { at: 'end', limit: { item: b } }, everyPage)).toBe(false)
    expect(list.insert(a, { at: 'start', limit: { item: b } }, everyPage)).toBe(true)
    expect(list.finish()).toEqual([a, b])
  })

  it('takes what its order puts before the last that was fetched, even where that has gone', () => {
    const list = draftOf([a, b])
    const limit = { item: d }
    expect(list.insert(c, { ...sorted, limit }, everyPage)).toBe(true)
    expect(list.insert({ id: 5, name: 'e' }, { ...sorted, limit }, everyPage)).toBe(false)
    expect(list.finish()).toEqual([a, b, c])
  })

  it('takes nothing after the last that is held where it is not known what was fetched', () => {
    const list = draftOf([b])
    const placement = { ...sorted, limit: { item: undefined } }
    expect(list.insert(c, placement, everyPage)).toBe(false)
    expect(list.insert(a, placement, everyPage)).toBe(true)
  })

  it('has a last entity that is in place only up to there', () => {
    const list = draftOf([a, b])
    const found = list.find(2, everyPage)!
    const placement = { ...sorted, limit: { item: b } }
    expect(list.isInPlace(found, { id: 2, name: 'ab' }, placement)).toBe(true)
    expect(list.isInPlace(found, { id: 2, name: 'c' }, placement)).toBe(false)
  })
})

describe('a page that holds the change already', () => {
  const moved = { ...b, name: 'moved' }

  it('is passed over for another with the same entity, and named where there is no other', () => {
    const list = draftOf(pagesOf([a, b], [moved]))
    expect(list.find(2, only(1))).toMatchObject({ page: 1, item: moved })
    expect(list.find(2, only(0))).toMatchObject({ page: 0, item: b })
    expect(list.find(1, only(1))).toMatchObject({ page: 0, item: a })
  })

  it('is passed over after many look-ups too', () => {
    const list = draftOf(pagesOf([a, b], [moved]))
    for (let lookup = 0; lookup < 10; lookup++) list.find(1, everyPage)
    expect(list.find(2, only(1))).toMatchObject({ page: 1, item: moved })
    expect(list.find(2, everyPage)).toMatchObject({ page: 0, item: b })
    expect(list.find(1, only(1))).toMatchObject({ page: 0, item: a })
  })

  it('takes no new entity', () => {
    const list = draftOf(pagesOf([a, c], [d]))
    expect(list.insert(b, sorted, only(1))).toBe(false)
    expect(list.insert(b, atStart, only(1))).toBe(false)
    expect(list.insert(b, atEnd, only(0))).toBe(false)
  })

  it('leaves one that belongs between the two to the page before it', () => {
    const list = draftOf(pagesOf([a, b], [d]))
    expect(list.insert(c, sorted, only(0))).toBe(true)
    expect(list.finish()).toMatchObject({ pages: [[a, b, c], [d]] })
  })

  it('leaves to the page before it only what belongs at the boundary', () => {
    const list = draftOf(pagesOf([a], [b, d]))
    expect(list.insert(c, sorted, only(0))).toBe(false)
    const first = draftOf(pagesOf([b], [d]))
    expect(first.insert(a, sorted, only(1))).toBe(false)
  })
})

describe('a number beside the items', () => {
  it('may count them once one came or went', () => {
    for (const data of [{ total: 2, items: [a, b] }, pagesOf({ total: 2, items: [a, b] })]) {
      const shrunk = draftOf(data)
      expect(shrunk.movedTotals).toBe(false)
      shrunk.remove(shrunk.find(1, everyPage)!)
      expect(shrunk.movedTotals).toBe(true)
      const grown = draftOf(data)
      grown.insert(c, atEnd, everyPage)
      expect(grown.movedTotals).toBe(true)
    }
  })

  it('does not count what was only replaced', () => {
    const list = draftOf({ total: 2, items: [a, b] })
    list.replace(list.find(1, everyPage)!, { ...a, name: 'z' })
    expect(list.movedTotals).toBe(false)
  })

  it('is missed where there is none', () => {
    for (const data of [[a, b], { items: [a, b], cursor: 'x' }, pagesOf([a], { items: [b] })]) {
      const list = draftOf(data)
      list.remove(list.find(1, everyPage)!)
      expect(list.movedTotals).toBe(false)
    }
  })
})

describe('a visit', () => {
  it('goes through all items in order, and may replace them on the way', () => {
    const list = draftOf(pagesOf([a], [b, c]))
    list.each((found) => list.replace(found, { id: idOf(found.item), name: `${found.page}.${found.index}` }))
    expect(itemsIn(list)).toEqual([
      { id: 1, name: '0.0' },
      { id: 2, name: '1.0' },
      { id: 3, name: '1.1' },
    ])
  })
})

describe('a draft', () => {
  const step = fc.record({
    do: fc.constantFrom('find', 'find', 'find', 'replace', 'swap', 'remove', 'insert'),
    id: fc.integer({ min: 1, max: 6 }),
    other: fc.integer({ min: 1, max: 6 }),
  })

  it('finds what a plain array would, however often it was looked into before', () => {
    const givesTheSame = fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, paged) => {
      let plain: Goal[] = [a, b, c]
      const list = draftOf(paged ? pagesOf([a], [b, c]) : [a, b, c])
      const put = (at: number, item: Goal) => {
        list.replace(list.find(plain[at]!.id, everyPage)!, item)
        plain = plain.with(at, item)
      }
      for (const { do: what, id, other } of steps) {
        const at = plain.findIndex((item) => item.id === id)
        expect(list.find(id, everyPage)?.item).toBe(plain[at])
        if (what === 'insert' && at === -1) {
          const item = { id, name: 'new' }
          list.insert(item, atEnd, everyPage)
          plain = [...plain, item]
        } else if (at === -1) continue
        else if (what === 'replace') put(at, { id, name: 'again' })
        else if (what === 'swap' && !plain.some((item) => item.id === other)) put(at, { id: other, name: 'other' })
        else if (what === 'remove') {
          list.remove(list.find(id, everyPage)!)
          plain = plain.toSpliced(at, 1)
        }
        expect(itemsIn(list)).toEqual(plain)
      }
    })
    fc.assert(givesTheSame, { seed: 7 })
  })
})

describe('lists', () => {
  it('are not what holds no list', () => {
    for (const data of [undefined, null, 7, 'text', { id: 1 }, { items: 7 }, { pages: 'x' }, { pages: [[a], 7] }]) {
      expect(draftList(data)).toBeNull()
    }
  })

  it('are not what a lens shows otherwise', () => {
    expect(draftList([a], { get: () => null as never, set: (data) => data })).toBeNull()
  })

  it('survive holes and foreign items', () => {
    const sparse = [null, 7, undefined, ['x'], { id: {} }, a]
    const list = draftOf(sparse)
    for (let lookup = 0; lookup < 6; lookup++) expect(list.find(1, everyPage)?.index).toBe(5)
    list.remove(list.find(1, everyPage)!)
    expect(list.finish()).toEqual(sparse.slice(0, 5))
  })

  it('have a last item, on whatever page it is', () => {
    expect(lastItemOf([a, b])).toBe(b)
    expect(lastItemOf(pagesOf([a], { items: [b] }, []))).toBe(b)
    for (const data of [[], pagesOf([], []), 7, undefined]) expect(lastItemOf(data)).toBeUndefined()
  })
})
