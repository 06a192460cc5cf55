// Who is let in, in time of the test's own. Over real sockets it is limits.test.ts.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AdmissionOptions,
  createAdmission,
  defaultLimits,
  type Refusal,
  type Stay,
} from '../../src/gateway/admission.ts'
import { assertTrustProxy, clientIp, limitKey } from '../../src/gateway/client-ip.ts'
import { refusalResponse } from '../../src/gateway/http-guard.ts'
import { memoryRateLimiter } from '../../src/gateway/memory-rate-limiter.ts'

const unlimited = { burst: Infinity, perSecond: Infinity }

function admissionAt(options: AdmissionOptions = {}) {
  const time = { now: 0 }
  const refused: unknown[] = []
  const admission = createAdmission({
    rateLimiter: memoryRateLimiter({ now: () => time.now }),
    random: () => 0.5,
    now: () => time.now,
    onRefused: ({ limit }, about) => refused.push([limit, about]),
    ...options,
    limits: { connect: unlimited, ...options.limits },
  })

  async function enter(ip = '10.0.0.1', subject?: string): Promise<Stay> {
    const admitted = await admission.admit(ip)
    if (!admitted.ok) throw new Error(admitted.message)
    if (subject !== undefined) expect(admitted.stay.signedIn(subject)).toBeNull()
    return admitted.stay
  }

  async function refusal(ip = '10.0.0.1'): Promise<Refusal> {
    const admitted = await admission.admit(ip)
    if (admitted.ok) throw new Error('it was let in')
    return admitted
  }

  return { admission, time, refused, enter, refusal }
}

describe('admission', () => {
  it('lets in as many as fit, says why there are no more, and lets the next one in when somebody left', async () => {
    const { enter, refusal, refused } = admissionAt({ limits: { maxConnections: 2 } })
    const [first] = [await enter('10.0.0.1', 'ada'), await enter('10.0.0.2', 'bo')]
    expect(await refusal('10.0.0.3')).toEqual({
      ok: false,
      code: 'TRY_LATER',
      limit: 'connections',
      message: 'this server has as many connections as it takes; try again in 10 s',
      retryAfterMs: 10_000,
    })
    expect(refused).toEqual([['connections', { ip: '10.0.0.3' }]])
    first.leave()
    await enter('10.0.0.3')
  })

  it('counts each address by itself, of IPv6 a whole /64', async () => {
    const { enter, refusal } = admissionAt({ limits: { maxPerIp: 2 } })
    await enter('10.0.0.1')
    await enter('10.0.0.1')
    await enter('10.0.0.2')
    expect(await refusal('10.0.0.1')).toMatchObject({ code: 'RATE_LIMIT', limit: 'perIp' })
    await enter('2001:db8:1:2::1')
    await enter('2001:db8:1:2:ffff::9')
    await enter('2001:db8:1:3::1')
    expect(await refusal('2001:db8:1:2:3:4:5:6')).toMatchObject({ limit: 'perIp' })
  })

  it('counts each user by itself, once the token was verified', async () => {
    const { enter, refused } = admissionAt({ limits: { maxPerUser: 2 } })
    const [first] = [await enter('10.0.0.1', 'ada'), await enter('10.0.0.2', 'ada'), await enter('10.0.0.2', 'bo')]
    const third = await enter('10.0.0.3')
    expect(third.signedIn('ada')).toMatchObject({ code: 'RATE_LIMIT', limit: 'perUser', retryAfterMs: 45_000 })
    expect(refused).toEqual([['perUser', { ip: '10.0.0.3', subject: 'ada' }]])
    third.leave()
    first.leave()
    await enter('10.0.0.3', 'ada')
  })

  it('has few places for those who have not signed in, in all and of one address', async () => {
    const { enter, refusal } = admissionAt({ limits: { maxStrangers: 3, maxStrangersPerIp: 2 } })
    const [first] = [await enter('10.0.0.1'), await enter('10.0.0.1')]
    expect(await refusal('10.0.0.1')).toMatchObject({ code: 'RATE_LIMIT', limit: 'strangersPerIp' })
    await enter('10.0.0.2')
    expect(await refusal('10.0.0.3')).toMatchObject({ code: 'TRY_LATER', limit: 'strangers', retryAfterMs: 3_000 })
    expect(first.signedIn('ada')).toBeNull()
    await enter('10.0.0.1')
  })

  it('counts a stay once, however often it is told the same', async () => {
    const { admission, enter } = admissionAt()
    const stay = await enter()
    for (let count = 0; count < 3; count++) stay.signedIn('ada')
    expect(admission.counts).toEqual({ connections: 1, strangers: 0, addresses: 1, users: 1, keptOut: 0 })
    for (let count = 0; count < 3; count++) stay.leave()
    expect(stay.signedIn('ada')).toBeNull()
    expect(admission.counts).toEqual({ connections: 0, strangers: 0, addresses: 0, users: 0, keptOut: 0 })
  })

  it('refuses an address that comes too often, and says when it may', async () => {
    const { time, enter, refusal } = admissionAt({ limits: { connect: { burst: 2, perSecond: 1 } } })
    for (let count = 0; count < 2; count++) (await enter()).leave()
    // One second for the next, and half of the two that the whole burst takes.
    expect(await refusal()).toMatchObject({ code: 'RATE_LIMIT', limit: 'connect', retryAfterMs: 2_000 })
    await enter('10.0.0.2')
    time.now += 1_000
    await enter()
  })

  it('keeps out who flooded, for half a minute and nobody else, and forgets them', async () => {
    const { admission, time, enter } = admissionAt()
    await enter('10.0.0.1', 'ada')
    admission.keepOut('ada')
    time.now += 10_000
    const again = await enter()
    expect(again.signedIn('ada')).toMatchObject({ code: 'RATE_LIMIT', limit: 'flood', retryAfterMs: 20_000 })
    again.leave()
    await enter('10.0.0.1', 'bo')
    time.now += 20_000
    await enter('10.0.0.1', 'ada')
    for (let count = 0; count < 1_000; count++) {
      admission.keepOut(`user ${count}`)
      time.now += 1_000
    }
    expect(admission.counts.keptOut).toBe(30)
  })

  it('lets an address show bad tokens as often as it may come, and again when that has come back; good ones do not count', async () => {
    const { admission, time, refused } = admissionAt({ limits: { connect: { burst: 2, perSecond: 1 } } })
    const good = async () => ({ subject: 'ada' })
    const bad = () => Promise.reject(new Error('forged'))
    for (let count = 0; count < 10; count++)
      expect(await admission.identify('10.0.0.1', good)).toMatchObject({ ok: true })
    for (let count = 0; count < 3; count++) await expect(admission.identify('10.0.0.1', bad)).rejects.toThrow('forged')
    // One second, and half of the two that the whole burst takes.
    const refusal = { ok: false, code: 'RATE_LIMIT', limit: 'connect', retryAfterMs: 2_000 }
    expect(await admission.identify('10.0.0.1', good)).toMatchObject(refusal)
    expect(refused).toEqual([['connect', { ip: '10.0.0.1' }]])
    expect(await admission.identify('10.0.0.2', good)).toMatchObject({ ok: true })
    time.now += 1_000
    expect(await admission.identify('10.0.0.1', good)).toMatchObject({ ok: true })
    // Coming is counted by itself.
    expect(await admission.admit('10.0.0.1')).toMatchObject({ ok: true })
    expect(admission.counts).toMatchObject({ connections: 1, strangers: 1 })
  })

  it('lets a user ask so often, from wherever, and counts what is refused against the address', async () => {
    const { admission, refused } = admissionAt({
      limits: { requests: { burst: 2, perSecond: 1 }, connect: { burst: 2, perSecond: 1 } },
    })
    let verified = 0
    const ada = async () => {
      verified++
      return { subject: 'ada' }
    }
    for (const ip of ['10.0.0.1', '10.0.0.2']) expect(await admission.identify(ip, ada)).toMatchObject({ ok: true })
    const limits: unknown[] = []
    for (let count = 0; count < 10; count++) {
      const answer = await admission.identify('10.0.0.3', ada)
      if (!answer.ok) limits.push(answer.limit)
    }
    expect(limits).toEqual([...Array(3).fill('requests'), ...Array(7).fill('connect')])
    expect(verified).toBe(5)
    expect(refused[0]).toEqual(['requests', { ip: '10.0.0.3', subject: 'ada' }])
    expect(admission.counts.strangers).toBe(0)
  })

  it('never lets too many in while a shared limiter takes its time', async () => {
    const { admission } = admissionAt({
      limits: { maxPerIp: 10 },
      rateLimiter: { take: () => new Promise((resolve) => setTimeout(resolve, 5, null)) },
    })
    const answers = await Promise.all(Array.from({ length: 100 }, () => admission.admit('10.0.0.1')))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10)
    expect(admission.counts.connections).toBe(10)
  })

  it('lets in, and forgets nobody, where the limiter fails', async () => {
    const failing = [() => Promise.reject(new Error('away')), () => JSON.parse('{') as never]
    for (const take of failing) {
      const { admission, enter } = admissionAt({ rateLimiter: { take } })
      const stay = await enter()
      stay.leave()
      expect(admission.counts.connections).toBe(0)
    }
  })

  it('takes fewer in while the process is overloaded, sends nobody away, and takes all again afterwards', async () => {
    let pressure = 1
    const { admission, enter, refusal } = admissionAt({ limits: { maxConnections: 8 }, pressure: () => pressure })
    for (const subject of ['ada', 'bo', 'cy']) await enter('10.0.0.1', subject)
    pressure = 4
    expect(await refusal()).toMatchObject({ code: 'TRY_LATER', limit: 'overload', retryAfterMs: 10_000 })
    expect(admission.counts.connections).toBe(3)
    pressure = 2
    await enter('10.0.0.1', 'di')
    await refusal()
    pressure = 1
    await enter('10.0.0.1', 'ed')
  })

  it('lets an address come less often while the process is overloaded', async () => {
    const countIn = async (pressure: number) => {
      const limits = { connect: { burst: 100, perSecond: 10 } }
      const { admission } = admissionAt({ limits, pressure: () => pressure })
      const answers = await Promise.all(Array.from({ length: 200 }, () => admission.admit('10.0.0.1')))
      return answers.filter(({ ok }) => ok).length
    }
    expect([await countIn(1), await countIn(2), await countIn(4)]).toEqual([100, 50, 25])
  })

  it('can do without any limit', async () => {
    const { admission } = admissionAt({
      limits: {
        maxConnections: Infinity,
        maxPerIp: Infinity,
        maxPerUser: Infinity,
        maxStrangers: Infinity,
        maxStrangersPerIp: Infinity,
      },
    })
    for (let count = 0; count < 5_000; count++) expect(await admission.admit('10.0.0.1')).toMatchObject({ ok: true })
  })

  it('says which limit is none', () => {
    const nonsense: object[] = [
      { maxConnections: 0 },
      { maxPerIp: -1 },
      { maxPerUser: 1.5 },
      { maxStrangers: NaN },
      { maxStrangersPerIp: '10' },
      { connect: 5 },
      { connect: { burst: 0, perSecond: 1 } },
      { connect: { burst: 1, perSecond: 0 } },
      { connect: { burst: 1 } },
      { connect: null },
      { requests: { burst: 0, perSecond: 1 } },
    ]
    for (const limits of nonsense) {
      const [name] = Object.keys(limits)
      expect(() => createAdmission({ limits })).toThrow(
        expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(`limits.${name} is `) }),
      )
    }
    expect(createAdmission({ limits: { maxPerIp: undefined as never } }).limits).toEqual(defaultLimits)
    const ofSessions = { maxSubscriptions: 5, frames: { burst: 1, perSecond: 1 } }
    expect(createAdmission({ limits: { maxPerIp: 5, ...ofSessions } }).limits).toMatchObject({ maxPerIp: 5 })
  })

  it('keeps within its limits whatever happens, and keeps nothing once everybody has left', async () => {
    const limits = { maxConnections: 12, maxPerIp: 5, maxPerUser: 3, maxStrangers: 6, maxStrangersPerIp: 4 }
    const step = fc.record({
      what: fc.constantFrom('come', 'come', 'sign in', 'leave'),
      who: fc.nat(20),
      ip: fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1', '2001:db8::2', 'unknown'),
      subject: fc.constantFrom('ada', 'bo', '__proto__', ''),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const { admission } = admissionAt({ limits })
        const there: { stay: Stay; ip: string; subject: string | null }[] = []
        const left: Stay[] = []
        for (const { what, who, ip, subject } of steps) {
          const index = who % Math.max(1, there.length)
          const one = there[index]
          if (what === 'come') {
            const admitted = await admission.admit(ip)
            if (admitted.ok) there.push({ stay: admitted.stay, ip, subject: null })
          } else if (what === 'sign in' && one !== undefined) {
            if (one.stay.signedIn(subject) === null) one.subject ??= subject
          } else if (one !== undefined) {
            one.stay.leave()
            left.push(...there.splice(index, 1).map(({ stay }) => stay))
          }
          const strangers = there.filter((someone) => someone.subject === null)
          expect(admission.counts).toMatchObject({ connections: there.length, strangers: strangers.length })
          expect(there.length).toBeLessThanOrEqual(limits.maxConnections)
          expect(strangers.length).toBeLessThanOrEqual(limits.maxStrangers)
          expect(most(there.map((someone) => limitKey(someone.ip)))).toBeLessThanOrEqual(limits.maxPerIp)
          expect(most(there.flatMap((someone) => someone.subject ?? []))).toBeLessThanOrEqual(limits.maxPerUser)
        }
        for (const { stay } of there) stay.leave()
        for (const stay of left) stay.leave()
        expect(admission.counts).toEqual({ connections: 0, strangers: 0, addresses: 0, users: 0, keptOut: 0 })
      }),
    )
  })
})

function most(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => names.filter((other) => other === name).length))
}

describe('a storm', () => {
  /** Clients that come back after an outage at 3,000 a second and sign in within 200 ms; refused, they return when they were told to. */
  async function storm({ clients, addresses, ...options }: { clients: number; addresses: number } & AdmissionOptions) {
    let chance = 1
    // Park and Miller's, so that each run is the same.
    const random = () => (chance = (chance * 48_271) % 2_147_483_647) / 2_147_483_647
    const { admission, time } = admissionAt({
      ...options,
      random,
      limits: { connect: defaultLimits.connect, ...options.limits },
    })
    const tickMs = 10
    const due = new Map<number, (() => unknown)[]>()
    const at = (ms: number, run: () => unknown) => {
      const tick = Math.ceil(ms / tickMs)
      due.set(tick, [...(due.get(tick) ?? []), run])
    }
    const attemptsIn: number[] = []
    const backAtMs: number[] = []
    async function attempt(client: number): Promise<void> {
      const second = Math.floor(time.now / 1_000)
      attemptsIn[second] = (attemptsIn[second] ?? 0) + 1
      const admitted = await admission.admit(`10.0.0.${client % addresses}`)
      if (!admitted.ok) return at(time.now + admitted.retryAfterMs, () => attempt(client))
      return at(time.now + 200, () => {
        admitted.stay.signedIn(`user ${client}`)
        backAtMs.push(time.now)
      })
    }
    for (let client = 0; client < clients; client++) at(client / 3, () => attempt(client))
    for (let tick = 0; tick < 12_000 && backAtMs.length < clients; tick++) {
      time.now = tick * tickMs
      for (const run of due.get(tick) ?? []) await run()
      due.delete(tick)
    }
    return { back: backAtMs.length, lastMs: backAtMs.at(-1)!, attemptsIn }
  }

  it('of 10,000 clients behind 10 addresses is over within half a minute', async () => {
    const { back, lastMs, attemptsIn } = await storm({ clients: 10_000, addresses: 10 })
    expect(back).toBe(10_000)
    expect(lastMs).toBeLessThan(30_000)
    expect(Math.max(...attemptsIn)).toBeLessThanOrEqual(3_500)
  })

  it('of 10,000 behind 4 addresses that may have so many is over when their rates allow it', async () => {
    const { back, lastMs, attemptsIn } = await storm({
      clients: 10_000,
      addresses: 4,
      limits: { maxPerIp: 5_000 },
    })
    expect(back).toBe(10_000)
    // 2,000 at once and 200 a second.
    expect(lastMs).toBeGreaterThan(40_000)
    expect(lastMs).toBeLessThan(60_000)
    expect(Math.max(...attemptsIn)).toBeLessThanOrEqual(4_000)
  })
})

describe('a refusal', () => {
  it('is answered with its status and with when to come back', async () => {
    const { refusal } = admissionAt({ limits: { maxStrangers: 1 }, random: () => 0.55 })
    const { refusal: other, enter } = admissionAt({ limits: { maxPerIp: 1 } })
    await enter()
    const { admit } = admissionAt({ limits: { maxStrangers: 1 } }).admission
    expect((await admit('a')).ok).toBe(true)
    expect(refusalResponse(await other())).toEqual({
      status: 429,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '45' },
      body: '{"code":"RATE_LIMIT","message":"your address has as many connections as one may have; try again in 45 s","retryAfterMs":45000}',
    })
    await expect(refusal()).rejects.toThrow('it was let in')
    expect(refusalResponse(await refusal())).toMatchObject({ status: 503, headers: { 'retry-after': '4' } })
  })
})

describe('the address of a client', () => {
  const ip = (remoteAddress: string | undefined, forwarded?: string, hops: number | false = false) =>
    clientIp(
      { socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
      hops,
    )

  it('is that of its socket, in one spelling', () => {
    expect(ip('10.1.2.3')).toBe('10.1.2.3')
    expect(ip('::ffff:10.1.2.3')).toBe('10.1.2.3')
    expect(ip('::FFFF:0a01:0203')).toBe('10.1.2.3')
    expect(ip('2001:DB8:0:0:0::1')).toBe('2001:db8::1')
    expect(ip('fe80::1%eth0')).toBe('fe80::1')
    expect(ip('::1')).toBe('::1')
    expect(ip(undefined)).toBe('unknown')
  })

  it('is not what a client says it is, unless a proxy is trusted', () => {
    expect(ip('10.1.2.3', '1.1.1.1')).toBe('10.1.2.3')
    expect(ip('10.1.2.3', '6.6.6.6, 1.1.1.1', 1)).toBe('1.1.1.1')
    expect(ip('10.1.2.3', '6.6.6.6, 7.7.7.7, 1.1.1.1, 9.9.9.9', 2)).toBe('1.1.1.1')
    // Of a request that came past one of two proxies.
    expect(ip('10.1.2.3', '1.1.1.1', 2)).toBe('1.1.1.1')
  })

  it('is read in all the ways proxies write it, and that of the socket where it cannot be read', () => {
    const written = { '1.1.1.1:8080': '1.1.1.1', '[2001:db8::1]:443': '2001:db8::1', '[2001:db8::1]': '2001:db8::1' }
    for (const [forwarded, expected] of Object.entries(written)) expect(ip('10.1.2.3', forwarded, 1)).toBe(expected)
    expect(ip('10.1.2.3', '::ffff:1.1.1.1', 1)).toBe('1.1.1.1')
    for (const forwarded of ['', ' ', ',', 'unknown', '_hidden', '1.1.1', '[', '[]', '[%', '1.1.1.1:x'])
      expect(ip('10.1.2.3', forwarded, 1)).toBe('10.1.2.3')
    expect(ip('10.1.2.3', undefined, 1)).toBe('10.1.2.3')
  })

  it('never throws, and is an address, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[\d:.%[\], a-f]{0,40}$/)),
        fc.integer({ min: 1, max: 4 }),
        (text, hops) => {
          expect(limitKey(ip('10.1.2.3', text, hops))).toMatch(/^[\da-f.:]+(\/64)?$/)
        },
      ),
    )
  })

  it('is limited as a /64 in IPv6, and by itself in IPv4', () => {
    expect(limitKey('10.1.2.3')).toBe('10.1.2.3')
    expect(limitKey('unknown')).toBe('unknown')
    expect(limitKey('::1')).toBe('0:0:0:0::/64')
    expect(limitKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(limitKey('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64')
    expect(limitKey('2001:db8::5:6')).toBe('2001:db8:0:0::/64')
  })

  it('is not read by a number of proxies that is none', () => {
    for (const value of [0, -1, 1.5, NaN, Infinity, true, '1'] as never[])
      expect(() => assertTrustProxy(value)).toThrow(expect.objectContaining({ code: 'invalid-option' }))
    for (const value of [false, 1, 3] as const) expect(assertTrustProxy(value)).toBeUndefined()
  })
})
