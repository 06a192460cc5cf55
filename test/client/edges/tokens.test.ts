// Tokens: renewed, and refused by an answer that says so.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { begin, end, pass, setUp, tokens } from '../fixture.ts'
import { scriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

const jwt = (lifeMs: number) =>
  `e30.${btoa(JSON.stringify({ iat: Math.floor(Date.now() / 1000), exp: Math.floor((Date.now() + lifeMs) / 1000) }))}.x`

it('a JWT is renewed again and again, though the server names no lifetime', async () => {
  const { transport } = setUp({ getToken: () => jwt(100_000) })
  await pass(0)
  transport.last.welcome({})
  transport.last.settle()
  await pass(81_000)
  const renewals = () => transport.last.sent.filter(({ type }) => type === 'auth').length - 1
  expect(renewals()).toBe(1)
  transport.last.say({ type: 'authenticated' })
  await pass(81_000)
  expect(renewals()).toBe(2)
})

it('a renewed token that is refused over SSE asks for a fresh one, with the reason', async () => {
  const { reasons, getToken } = tokens()
  const sse = Object.assign(scriptedTransport('sse'), { oneWay: true })
  setUp({ transports: [sse], getToken })
  await pass(0)
  sse.last.welcome({ authExpiresInMs: 100_000 })
  sse.last.settle()
  await pass(80_000)
  expect(sse.dials.length).toBe(2)
  sse.last.close(4401)
  await pass(10_000)
  expect(reasons).toEqual(['connect', 'expiring', 'rejected'])
})

it('a renewal over SSE that the server puts off (Retry-After 60 s) is not tried again after 10', async () => {
  const sse = Object.assign(scriptedTransport('sse'), { oneWay: true })
  setUp({ transports: [sse], getToken: () => 't' })
  await pass(0)
  sse.last.welcome({ authExpiresInMs: 1_000_000 })
  sse.last.settle()
  await pass(800_000)
  expect(sse.dials.length).toBe(2)
  sse.last.end({ code: 4429, reason: '', retryAfterMs: 60_000 })
  await pass(30_000)
  expect(sse.dials.length).toBe(2)
})

it('a 401 that SSE shows is a word about the token at once, also from a server not known yet', async () => {
  const { reasons, getToken } = tokens()
  const sse = Object.assign(scriptedTransport('sse'), { oneWay: true })
  setUp({ transports: [sse], getToken })
  await pass(0)
  sse.last.close(4401)
  await pass(2_000)
  expect(reasons).toEqual(['connect', 'rejected'])
})
