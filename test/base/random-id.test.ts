import { afterEach, expect, it, vi } from 'vitest'
import { randomId } from '../../src/base/random-id.ts'

afterEach(() => vi.unstubAllGlobals())

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

it('is a UUID, and another one each time', () => {
  expect(randomId()).toMatch(uuid)
  expect(randomId()).not.toBe(randomId())
})

it('is one too where the page has no TLS', () => {
  const { getRandomValues } = crypto
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) })
  expect(randomId()).toMatch(uuid)
  expect(randomId()).not.toBe(randomId())
})
