import { describe, expect, it } from 'vitest'
import { hasEntity, insertEntity, isList, removeEntity, updateEntity } from '../../src/query/lists.ts'

const a = { id: 1, name: 'a' }
const b = { id: 2, name: 'b' }
const c = { id: 3, name: 'c' }
const rename = (entity: unknown) => ({ ...(entity as object), name: 'z' })

/** The same list in each shape apps keep it in. */
const shapes: [string, (...items: object[]) => unknown][] = [
  ['an array', (...items) => items],
  ['an object with items', (...items) => ({ total: 9, items })],
  ['pages of arrays', (...items) => ({ pages: [items.slice(0, 1), items.slice(1)], pageParams: [0, 1] })],
  [
    'pages of objects with items',
    (...items) => ({ pages: [{ items: items.slice(0, 1) }, { items: items.slice(1) }], pageParams: [0, 1] }),
  ],
]

describe.each(shapes)('%s', (_name, shape) => {
  it('has one entity updated, the others kept by reference', () => {
    const next = updateEntity(shape(a, b), 2, rename)
    expect(next).toEqual(shape(a, { id: 2, name: 'z' }))
    expect(hasEntity(next, 2)).toBe(true)
  })

  it('stays the same object where nothing changes', () => {
    const data = shape(a, b)
    expect(updateEntity(data, 9, rename)).toBe(data)
    expect(updateEntity(data, 1, (entity) => entity)).toBe(data)
    expect(removeEntity(data, 9)).toBe(data)
  })

  it('loses the entity that is removed', () => {
    expect(removeEntity(shape(a, b, c), 2)).toEqual(shape(a, c))
  })

  it('takes a new one at its end', () => {
    expect(insertEntity(shape(a, b), c, 'end')).toEqual(shape(a, b, c))
  })

  it('is a list', () => {
    expect(isList(shape(a))).toBe(true)
    expect(hasEntity(shape(a), 1)).toBe(true)
    expect(hasEntity(shape(a), '1')).toBe(false)
  })
})

describe('lists', () => {
  it('take a new entity at their start, on the first page alone', () => {
    expect(insertEntity([a], b, 'start')).toEqual([b, a])
    expect(insertEntity({ pages: [[a], [b]], pageParams: [] }, c, 'start')).toEqual({
      pages: [[c, a], [b]],
      pageParams: [],
    })
  })

  it('share the pages that do not change', () => {
    const data = { pages: [[a], [b]], pageParams: [] }
    const next = updateEntity(data, 2, rename) as typeof data
    expect(next.pages[0]).toBe(data.pages[0])
    expect(next.pages[1]).not.toBe(data.pages[1])
  })

  it('are not what holds no list', () => {
    for (const data of [null, 7, 'text', { id: 1 }, { items: 7 }, { pages: 'x' }]) {
      expect(isList(data)).toBe(false)
      expect(insertEntity(data, a, 'end')).toBe(data)
    }
  })

  it('survive holes and foreign items', () => {
    expect(removeEntity([null, 7, a], 1)).toEqual([null, 7])
  })
})
