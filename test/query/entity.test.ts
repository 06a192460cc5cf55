import { describe, expect, it } from 'vitest'
import { idOf } from '../../src/query/entity.ts'

describe('an id', () => {
  it('is a text or a number, whatever it is', () => {
    expect([{ id: 'x' }, { id: 0 }, { id: '' }].map(idOf)).toEqual(['x', 0, ''])
  })

  it('is missing of anything else', () => {
    for (const item of [undefined, null, 7, 'id', {}, { id: null }, { id: {} }, ['id']]) {
      expect(idOf(item)).toBeUndefined()
    }
  })
})
