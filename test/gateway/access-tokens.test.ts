// Tokens that must not let anybody in, by every way into a real gateway; and what becomes of those that did.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/create-gateway.ts'
import { type JwtOptions, verifyJwt } from '../../src/gateway/jwt.ts'
import { pinoLogs } from '../../src/gateway/logs.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import {
  bareSocket,
  type End,
  type Frame,
  join,
  type Link,
  open,
  pause,
  poll,
  socket,
  sse,
  transports,
} from './access-links.ts'

afterEach(endAll)

const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const evil = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = own.publicKey.export({ type: 'spki', format: 'pem' }).toString()

const seconds = (fromNow: number) => Math.floor(Date.now() / 1_000) + fromNow
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** Of the claims, those that are undefined are left out. */
function sign(claims: Record<string, unknown> = {}, by: KeyObject | Uint8Array = own.privateKey, header: object = {}) {
  const filled = { sub: 'ada', tenant: '1', iss: 'https://id.test', aud: 'app', exp: seconds(3_600), ...claims }
  return new SignJWT(JSON.parse(JSON.stringify(filled)) as Record<string, unknown>)
    .setProtectedHeader({ alg: by instanceof Uint8Array ? 'HS256' : 'RS256', ...header })
    .sign(by)
}

interface Started {
  gateway: Gateway
  port: number
  /** Why tokens were refused, as whoever watches is told. */
  reasons: (string | undefined)[]
}

async function start(jwt: Partial<JwtOptions> = {}, options: Partial<GatewayOptions> = {}): Promise<Started> {
  const reasons: (string | undefined)[] = []
  const gateway = createGateway({
    verify: verifyJwt({ publicKey: publicPem, issuer: 'https://id.test', audience: 'app', onError: () => {}, ...jwt }),
    observers: [{ refused: ({ limit }) => reasons.push(limit) }],
    allowQueryToken: true,
    ...options,
  })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, port, reasons }
}

const keep = (link: Link) => {
  afterTest(link.close)
  return link
}

/** Each way to bring a token along. `isBare`: it can't carry none. */
const ways: Record<string, { connect(port: number, token: string | undefined): Link; isBare?: true }> = {
  'the first frame': {
    connect(port, token) {
      const link = socket(port, { protocols: ['realtime.v1'] })
      const auth = { type: 'auth', ...(token !== undefined && { token }) }
      void link.say([auth, { type: 'subscribe' }, { type: 'resume', streams: {} }])
      return link
    },
  },
  'the header of a socket': {
    connect: (port, token) =>
      socket(port, { path: '/realtime?events=*', ...(token && { headers: { authorization: `Bearer ${token}` } }) }),
  },
  'a subprotocol': { connect: (port, token) => bareSocket(port, `realtime.v1.token.${token}`), isBare: true },
  'the address of a socket': {
    connect: (port, token) =>
      socket(port, { path: `/realtime?events=*${token === undefined ? '' : `&token=${token}`}` }),
  },
  'an event stream': { connect: (port, token) => sse(port, token) },
  'an event stream of a plain client': { connect: (port, token) => sse(port, token, 'events=*') },
  'the address of an event stream': {
    connect: (port, token) => sse(port, undefined, `events=*${token === undefined ? '' : `&token=${token}`}`),
  },
  'a poll': { connect: (port, token) => poll(port, token) },
}

/** The jar of bad tokens, each with the reason that only whoever watches is told. */
const bad: Record<string, [reason: string, token: (evilUrl: string) => Promise<string> | string | undefined]> = {
  'none at all': ['no-token', () => undefined],
  'no JWT': ['malformed', () => 'abc'],
  'three times nothing': ['malformed', () => '..'],
  'forged with another key': ['bad-signature', () => sign({}, evil.privateKey)],
  'signed by a secret that is the public key': ['bad-algorithm', () => sign({}, new TextEncoder().encode(publicPem))],
  'unsigned, by alg none': ['bad-algorithm', async () => unsigned(await sign(), 'none')],
  'unsigned, by alg NONE': ['bad-algorithm', async () => unsigned(await sign(), 'NONE')],
  'without its signature': ['bad-signature', async () => (await sign()).split('.').with(2, '').join('.')],
  'with a payload that was changed': ['bad-signature', async () => tampered(await sign())],
  'with a key of its own': [
    'bad-signature',
    () => sign({}, evil.privateKey, { jwk: evil.publicKey.export({ format: 'jwk' }) }),
  ],
  'with the address of a key of its own': ['bad-signature', (url) => sign({}, evil.privateKey, { jku: url, x5u: url })],
  'with a path for the name of a key': ['bad-signature', () => sign({}, evil.privateKey, { kid: '../../dev/null' })],
  expired: ['token-expired', () => sign({ exp: seconds(-1) })],
  'not valid yet': ['token-not-yet-valid', () => sign({ nbf: seconds(600) })],
  'issued in the future': ['token-not-yet-valid', () => sign({ iat: seconds(600) })],
  'that never expires': ['bad-claim', () => sign({ exp: undefined })],
  'of nobody': ['bad-claim', () => sign({ sub: undefined })],
  'of another issuer': ['wrong-issuer', () => sign({ iss: 'https://id.test.evil.test' })],
  'for another audience': ['wrong-audience', () => sign({ aud: 'other' })],
}

const unsigned = (token: string, alg: string) => `${encoded({ alg })}.${token.split('.')[1]}.`

function tampered(token: string) {
  const parts = token.split('.')
  const claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString()) as object
  return parts.with(1, encoded({ ...claims, sub: 'root', tenant: '2' })).join('.')
}

describe('a token that is not right', () => {
  it.each(Object.keys(ways))('F78 is refused by %s before any event, always with the same words', async (way) => {
    const { gateway, port, reasons } = await start()
    const asked: string[] = []
    const evilIssuer = createServer((request, response) => {
      asked.push(request.url!)
      response.end(JSON.stringify({ keys: [evil.publicKey.export({ format: 'jwk' })] }))
    })
    await new Promise<void>((resolve) => evilIssuer.listen(0, '127.0.0.1', resolve))
    afterTest(() => evilIssuer.close())
    const evilUrl = `http://127.0.0.1:${(evilIssuer.address() as AddressInfo).port}/jwks`
    const { connect, isBare } = ways[way]!
    const answers = new Map<string, End>()
    const expected: string[] = []
    for (const [name, [reason, token]] of Object.entries(bad)) {
      const carried = await token(evilUrl)
      if (isBare && !carried) continue
      expected.push(reason)
      const link = keep(connect(port, carried))
      for (const stream of ['user:ada', 'tenant:1', 'tenant:2'])
        await gateway.publish({ type: 'paid', stream, payload: {} })
      await until(() => link.ends.length > 0)
      expect({ name, heard: link.frames }).toEqual({ name, heard: [] })
      answers.set(name, link.ends[0]!)
    }
    const isHttp = way.includes('stream') || way === 'a poll'
    const refusal = isHttp
      ? { code: 401, text: '{"code":"UNAUTHORIZED","message":"the token was refused"}' }
      : { code: 4401, text: 'the token was refused' }
    expect(answers).toEqual(new Map([...answers.keys()].map((name) => [name, refusal])))
    expect(answers.size).toBeGreaterThan(15)
    expect(reasons).toEqual(expected)
    expect(asked).toEqual([])
    // The same way lets a good one in.
    const link = keep(connect(port, await sign()))
    const { sessions } = gateway.hub.stats
    await until(() => sessions.subscribed + sessions.authenticated === 1)
    expect(link.ends).toEqual([])
  })

  it.each(Object.keys(ways))('F78 is not even read where it has 9 KB, by %s', async (way) => {
    const { gateway, port } = await start()
    const link = keep(ways[way]!.connect(port, await sign({ padding: 'x'.repeat(6_500) })))
    await gateway.publish({ type: 'paid', stream: 'user:ada', payload: {} })
    await until(() => link.ends.length > 0)
    expect(link.frames).toEqual([])
    expect([4413, 413]).toContain(link.ends[0]!.code)
    expect(link.ends[0]!.text).toContain('the sign-in is too long')
  })

  it('F78 gains nothing by coming twice in one place, where a proxy may have looked at the other one', async () => {
    const { port } = await start()
    const [good, forged] = [await sign(), await sign({}, evil.privateKey)]
    const twice: [string, string][] = [
      [good, forged],
      [forged, good],
    ]
    for (const [one, other] of twice) {
      const links = [
        socket(port, { path: `/realtime?events=*&token=${one}&token=${other}` }),
        sse(port, undefined, `events=*&token=${one}&token=${other}`),
        bareSocket(port, `realtime.v1.token.${one}, realtime.v1.token.${other}`),
        socket(port, { path: '/realtime?events=*', headers: { authorization: `Bearer ${one}, Bearer ${other}` } }),
      ].map(keep)
      for (const link of links) {
        await until(() => link.ends.length > 0)
        expect([4401, 401]).toContain(link.ends[0]!.code)
      }
    }
  })

  it('F101 F78 is told to the log by its reason alone, and a clock that is off by a line of its own', async () => {
    let log = ''
    const destination = new Writable({ write: (chunk: Buffer, _, done) => (done(), void (log += chunk.toString())) })
    const logs = await pinoLogs({ destination })
    const clock = { now: () => Date.now() + 3_600_000 }
    const { port } = await start({ clock, onError: logs.onError }, { logs })
    const tokens: string[] = []
    for (const sub of ['ada', 'bo', 'cy', 'di', 'ed']) {
      const token = await sign({ sub, exp: seconds(900), email: `${sub}@example.com` })
      tokens.push(token, token.split('.')[1]!, token.split('.')[2]!)
      const link = keep(socket(port, { path: `/realtime?token=${token}` }))
      await until(() => link.ends.length > 0)
    }
    await logs.flush()
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.filter(({ msg }) => msg === 'refused').map(({ limit }) => limit)).toEqual(
      Array(5).fill('token-expired'),
    )
    expect(lines.filter(({ msg }) => String(msg).includes("This machine's clock may be off (ahead)")).length).toBe(1)
    for (const secret of [...tokens, '@example.com']) expect(log).not.toContain(secret)
  })

  it('F78 is not looked for in the address unless that was asked for', async () => {
    const { port } = await start({}, { allowQueryToken: false })
    const token = await sign()
    for (const link of [socket(port, { path: `/realtime?token=${token}` }), sse(port, undefined, `token=${token}`)]) {
      await until(() => keep(link).ends.length > 0)
      expect([4401, 401]).toContain(link.ends[0]!.code)
    }
  })
})

describe.each(transports)('by %s', (transport) => {
  const paid = (stream: string) => ({ type: 'paid', stream, payload: {} })
  const streamsOf = (link: Link) => link.of('paid').map(({ stream }) => stream)

  it('F101 a gateway whose clock is an hour off lets nobody in, and says so to whoever runs it', async () => {
    for (const [offMs, reason, where] of [
      [3_600_000, 'token-expired', 'ahead'],
      [-3_600_000, 'token-not-yet-valid', 'behind'],
    ] as const) {
      const told: string[] = []
      const clock = { now: () => Date.now() + offMs }
      const { gateway, port, reasons } = await start({ clock, onError: ({ message }) => told.push(message) })
      for (const sub of ['ada', 'bo', 'cy', 'di', 'ed']) {
        const link = keep(open(transport, port, await sign({ sub, iat: seconds(0), exp: seconds(900) })))
        await gateway.publish(paid(`user:${sub}`))
        await until(() => link.ends.length > 0)
        expect(link.frames).toEqual([])
        expect([4401, 401]).toContain(link.ends[0]!.code)
        expect(link.ends[0]!.text).toContain('the token was refused')
      }
      expect(reasons).toEqual(Array(5).fill(reason))
      expect(told).toEqual([expect.stringContaining(`clock may be off (${where})`)])
    }
  })

  it('whoever comes while no keys can be fetched is asked to come back, and not signed out', async () => {
    const verify = verifyJwt({ jwksUrl: 'http://127.0.0.1:9/jwks', onError: () => {} })
    const { port, reasons } = await start({}, { verify })
    const link = keep(open(transport, port, await sign()))
    await until(() => link.ends.length > 0)
    expect([1013, 503]).toContain(link.ends[0]!.code)
    expect(reasons).toEqual(['keys-unavailable'])
  })

  it('a session ends with its token, and not an event later', async () => {
    const { gateway, port } = await start()
    const exp = seconds(2)
    const link = keep(await join(transport, port, await sign({ exp })))
    const [welcome] = link.of('welcome')
    expect(welcome!['authExpiresInMs']).toBeLessThanOrEqual(2_000)
    let published = 0
    while (Date.now() < exp * 1_000 + 300) {
      await gateway.publish({ ...paid('user:ada'), payload: { at: Date.now() } })
      published++
      await pause(20)
    }
    await until(() => link.ends.length > 0)
    expect(link.ends).toEqual([{ code: 4401, text: 'the token expired' }])
    const heard = link.of('paid').map(({ payload }) => (payload as { at: number }).at)
    expect(heard.length).toBeGreaterThan(10)
    expect(heard.length).toBeLessThan(published)
    // Timers are a moment late.
    expect(Math.max(...heard)).toBeLessThan(exp * 1_000 + 50)
  })

  it('a token that takes the place of another must be of the same subject', async () => {
    const { gateway, port } = await start()
    const link = keep(await join(transport, port, await sign()))
    await link.say([{ type: 'auth', token: await sign({ sub: 'bo', tenant: '2' }) }])
    await gateway.publish(paid('user:ada'))
    await gateway.publish(paid('user:bo'))
    await until(() => link.ends.length > 0)
    expect(link.ends).toEqual([{ code: 4403, text: 'a renewed token must belong to the same subject' }])
    expect(streamsOf(link)).not.toContain('user:bo')
  })

  it('a token that takes the place of another and is refused ends the session', async () => {
    const { port } = await start()
    const link = keep(await join(transport, port, await sign()))
    await link.say([{ type: 'auth', token: await sign({}, evil.privateKey) }])
    await until(() => link.ends.length > 0)
    expect(link.ends).toEqual([{ code: 4401, text: 'the token was refused' }])
  })

  it('a token that allows less takes away what it does not name, at once, and one that allows more gives it', async () => {
    const { gateway, port } = await start()
    const link = keep(await join(transport, port, await sign()))
    const publish = async () => {
      for (const stream of ['tenant:1', 'tenant:2', 'user:ada']) await gateway.publish(paid(stream))
    }
    const heard = (count: number) => until(() => streamsOf(link).length === count)
    await publish()
    await heard(2)
    await link.say([{ type: 'auth', token: await sign({ tenant: undefined }) }])
    await until(() => link.of('authenticated').length === 1)
    expect(link.of('revoked')).toEqual([{ type: 'revoked', streams: ['tenant:1'] }])
    await publish()
    await heard(3)
    await link.say([{ type: 'auth', token: await sign({ tenant: '2' }) }])
    await until(() => link.of('authenticated').length === 2)
    await publish()
    await heard(5)
    const readBefore = ['tenant:1', 'user:ada']
    expect(streamsOf(link)).toEqual([...readBefore, 'user:ada', 'tenant:2', 'user:ada'])
    const subscribed = link.of('subscribed').map(({ streams }) => Object.keys(streams as Frame).toSorted())
    expect(subscribed).toEqual([readBefore, ['tenant:2']])
  })

  it('whoever is revoked has to sign in anew, and nobody else', async () => {
    const { gateway, port } = await start()
    const link = keep(await join(transport, port, await sign()))
    const other = keep(await join(transport, port, await sign({ sub: 'bo' })))
    await gateway.hub.revoke({ subject: 'ada' })
    await gateway.publish(paid('tenant:1'))
    await until(() => link.ends.length > 0 && other.of('paid').length === 1)
    expect(link.ends).toEqual([{ code: 4401, text: 'access was revoked' }])
    expect(link.of('paid')).toEqual([])
    expect(other.ends).toEqual([])
  })

  it('whoever is revoked a stream is told, and hears it no more', async () => {
    const { gateway, port } = await start()
    const link = keep(await join(transport, port, await sign()))
    await gateway.hub.revoke({ subject: 'ada', streams: ['tenant:1'] })
    await gateway.publish(paid('tenant:1'))
    await gateway.publish(paid('user:ada'))
    await until(() => link.of('paid').length === 1)
    expect(link.of('revoked')).toEqual([{ type: 'revoked', streams: ['tenant:1'] }])
    expect(streamsOf(link)).toEqual(['user:ada'])
  })
})
