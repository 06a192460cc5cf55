import { expect, it } from 'vitest'
import { isObject } from '../../src/base/json.ts'

it('isObject takes what JSON writes in braces and nothing else', () => {
  const values = JSON.parse('[{}, {"a":1}, [], null, 0, "", "text", true]') as unknown[]
  expect(values.map(isObject)).toEqual([true, true, false, false, false, false, false, false])
  expect(isObject(undefined)).toBe(false)
})
