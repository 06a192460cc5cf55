import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { clockSkewMs, jwtExpiresInMs, renewalDelayMs, renewalRetryMs } from '../../src/client/renewal.ts'

const now = Date.UTC(2024, 10, 9, 14, 30)
const seconds = now / 1000
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (claims: unknown) => `${base64url({ alg: 'HS256' })}.${base64url(claims)}.signature`

describe('the next token', () => {
  it('is asked for when four fifths of the life of this one are over', () => {
    expect(renewalDelayMs(3_600_000)).toBe(2_880_000)
    expect(renewalDelayMs(30 * 24 * 3_600_000)).toBe(24 * 24 * 3_600_000)
  })

  it('is never asked for sooner than ten seconds later, or an old one would be asked for in a loop', () => {
    for (const expiresInMs of [0, 1, 9_000, 12_500]) expect(renewalDelayMs(expiresInMs)).toBe(10_000)
    expect(renewalDelayMs(12_501)).toBeGreaterThan(10_000)
  })

  it('is asked for again, after a failure, at half of what is left, as long as there is time', () => {
    expect(renewalRetryMs(720_000)).toBe(360_000)
    expect(renewalRetryMs(20_000)).toBe(10_000)
    for (const leftMs of [19_999, 0, -5_000]) expect(renewalRetryMs(leftMs)).toBeNull()
  })

  it('is asked for a few times at most until the last one has ended', () => {
    let leftMs = 720_000
    let tries = 0
    for (let waitMs = renewalRetryMs(leftMs); waitMs !== null; waitMs = renewalRetryMs(leftMs)) {
      leftMs -= waitMs
      tries++
    }
    expect(tries).toBe(6)
  })
})

describe('the life of a JWT', () => {
  it('ends at its `exp`', () => {
    expect(jwtExpiresInMs(jwt({ exp: seconds + 60 }), now)).toBe(60_000)
    expect(jwtExpiresInMs(jwt({ exp: seconds + 0.5, iat: seconds - 60 }), now)).toBe(500)
  })

  it('is counted by the server’s clock', () => {
    expect(jwtExpiresInMs(jwt({ exp: seconds + 60 }), now - 86_400_000)).toBe(60_000 + 86_400_000)
  })

  it('is taken for whole where it seems over: this clock may be wrong', () => {
    expect(jwtExpiresInMs(jwt({ iat: seconds - 7_200, exp: seconds - 3_600 }), now)).toBe(3_600_000)
    expect(jwtExpiresInMs(jwt({ iat: seconds - 60, exp: seconds }), now)).toBe(60_000)
  })

  it('is not known where it is over and does not say when it began', () => {
    expect(jwtExpiresInMs(jwt({ exp: seconds - 1 }), now)).toBeNull()
    expect(jwtExpiresInMs(jwt({ iat: seconds, exp: seconds - 1 }), now)).toBeNull()
    expect(jwtExpiresInMs(jwt({ iat: seconds - 1, exp: seconds - 1 }), now)).toBeNull()
    expect(jwtExpiresInMs(jwt({ iat: 'yesterday', exp: seconds - 1 }), now)).toBeNull()
  })

  it('is not known of anything else', () => {
    const others = [
      '',
      'opaque',
      'a.b.c',
      '..',
      'a.%%%.c',
      jwt(null),
      jwt([]),
      jwt('text'),
      jwt({}),
      jwt({ exp: String(seconds + 60) }),
      jwt({ exp: null }),
      `a.${Buffer.from('{"exp":1e999}').toString('base64url')}.c`,
    ]
    for (const token of others) expect(jwtExpiresInMs(token, now)).toBeNull()
  })

  it('is read from the alphabet of URLs, and whatever else the claims hold', () => {
    // These claims need both characters that URLs have in another way.
    const claims = { exp: seconds + 60, name: 'Žofie ÿ>>>???', roles: ['~~~', 'ÿÿÿ'] }
    expect(base64url(claims)).toMatch(/-.*_|_.*-/)
    expect(jwtExpiresInMs(jwt(claims), now)).toBe(60_000)
  })
})

describe('the clock of the server', () => {
  const clock = { ...systemClock, now: () => now }

  it('is ahead or behind by what it tells', () => {
    expect(clockSkewMs('2024-11-10T14:30:00Z', clock)).toBe(86_400_000)
    expect(clockSkewMs('2024-11-09T14:29:59+00:00', clock)).toBe(-1_000)
  })

  it('is taken for this one where it tells nothing, or nothing that is a time', () => {
    for (const told of [undefined, '', 'noon']) expect(clockSkewMs(told, clock)).toBe(0)
  })
})
