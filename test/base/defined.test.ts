import { expect, it } from 'vitest'
import { definedOf } from '../../src/base/defined.ts'

it('leaves out what is undefined, and nothing else', () => {
  expect(definedOf({ a: undefined, b: null, c: 0, d: '' })).toStrictEqual({ b: null, c: 0, d: '' })
})
