// Tokens and what verifyJwt makes of them: real signatures, and an issuer that publishes its keys on a real port.
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import type { RealtimeError } from '../../src/base/errors.ts'
import { type JwtOptions, verifyJwt } from '../../src/gateway/jwt.ts'
import { streamName } from '../../src/gateway/stream-name.ts'
import { TokenRefused } from '../../src/hub/token-refused.ts'
import { afterTest, endAll } from '../after-test.ts'

const secret = 'a secret of sixty-four bytes or more, so that HS512 could take it too'
const key = new TextEncoder().encode(secret)
const other = new Uint8Array(64).fill(1)

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const nextRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed = generateKeyPairSync('ed25519')
const pem = (of: KeyObject) => of.export({ type: 'spki', format: 'pem' }).toString()
const jwk = (of: KeyObject, more: object = {}) =>
  ({ ...of.export({ format: 'jwk' }), ...more }) as Record<string, unknown>

afterEach(endAll)

/** Of the claims, those that are undefined are left out. */
function sign(claims: Record<string, unknown> = {}, by: KeyObject | Uint8Array = key, header: object = {}) {
  const filled = { sub: 'ada', iss: 'https://id.test', aud: 'app', exp: seconds(3_600), ...claims }
  const alg = by instanceof Uint8Array ? 'HS256' : 'RS256'
  return new SignJWT(JSON.parse(JSON.stringify(filled)) as object as Record<string, unknown>)
    .setProtectedHeader({ alg, ...header })
    .sign(by)
}

const seconds = (fromNow: number) => Math.floor(Date.now() / 1_000) + fromNow

/** Why a token is refused; `accepted` where it is not. */
async function reasonOf(options: JwtOptions, token: string | undefined | Promise<string>): Promise<string> {
  try {
    await verifyJwt(options)(await token)
    return 'accepted'
  } catch (error) {
    return error instanceof TokenRefused ? error.reason : `not a refusal: ${String(error)}`
  }
}

describe('a verified token', () => {
  it('says who it is, what may be read, and until when', async () => {
    const token = await sign({ tenant: 't1', exp: 2_000_000_000 })
    expect(await verifyJwt({ secret })(token)).toEqual({
      subject: 'ada',
      streams: ['user:ada', 'tenant:t1'],
      expiresAt: 2_000_000_000_000,
    })
  })

  it('reads what the app says it may, also when that takes a look into a database', async () => {
    const streams = ({ role }: Record<string, unknown>) => (role === 'admin' ? ['*'] : [])
    expect(await verifyJwt({ secret, streams })(await sign({ role: 'admin' }))).toMatchObject({ streams: ['*'] })
    const later = async (claims: Record<string, unknown>) => Promise.resolve(streams(claims))
    expect(await verifyJwt({ secret, streams: later })(await sign({ role: 'guest' }))).toMatchObject({ streams: [] })
  })

  it('has the roles of its claim, or those that the app finds in it', async () => {
    const verify = verifyJwt({ secret })
    expect(await verify(await sign({ roles: ['admin', 'support'] }))).toMatchObject({ roles: ['admin', 'support'] })
    for (const roles of [undefined, 'admin', { admin: true }, ['admin', 7]]) {
      expect(await verify(await sign({ roles }))).not.toHaveProperty('roles')
    }
    const byScope = verifyJwt({ secret, roles: ({ scope }) => String(scope).split(' ') })
    expect(await byScope(await sign({ scope: 'read write' }))).toMatchObject({ roles: ['read', 'write'] })
  })

  it('is good for no longer than the app allows, whatever it says itself', async () => {
    const iat = seconds(-60)
    const verify = verifyJwt({ secret, maxAgeMs: 600_000 })
    expect(await verify(await sign({ iat }))).toMatchObject({ expiresAt: (iat + 600) * 1_000 })
    expect(await reasonOf({ secret, maxAgeMs: 30_000 }, sign({ iat }))).toBe('token-too-old')
    expect(await reasonOf({ secret, maxAgeMs: 30_000 }, sign())).toBe('bad-claim')
  })

  it('may come from one of several issuers, for one of several audiences', async () => {
    const options = { secret, issuer: ['https://old.test', 'https://id.test'], audience: ['app', 'api'] }
    expect(await reasonOf(options, sign())).toBe('accepted')
    expect(await reasonOf(options, sign({ iss: 'https://old.test', aud: ['else', 'api'] }))).toBe('accepted')
    expect(await reasonOf(options, sign({ iss: 'https://evil.test' }))).toBe('wrong-issuer')
    expect(await reasonOf(options, sign({ aud: ['else'] }))).toBe('wrong-audience')
  })
})

describe('a token is refused', () => {
  const strict: JwtOptions = {
    secret,
    issuer: 'https://id.test',
    audience: 'app',
    typ: 'at+jwt',
    requiredClaims: ['jti'],
  }
  const good = (claims: object = {}, by: Uint8Array = key, header: object = {}) =>
    sign({ jti: '1', ...claims }, by, { typ: 'at+jwt', ...header })
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = encoded({ sub: 'ada', exp: 9_999_999_999, iss: 'https://id.test', aud: 'app', jti: '1' })

  it('unless all is right', async () => {
    expect(await reasonOf(strict, good())).toBe('accepted')
  })

  it.each<[string, string, () => Promise<string> | string | undefined]>([
    ['that is missing', 'no-token', () => undefined],
    ['that is empty', 'malformed', () => ''],
    ['that is no JWT', 'malformed', () => 'abc'],
    [
      'that is encrypted instead of signed',
      'bad-algorithm',
      () => `${encoded({ alg: 'dir', enc: 'A128GCM' })}.a.b.c.d`,
    ],
    ['whose payload is no object', 'malformed', () => signedText('[1,2]')],
    ['whose payload is no JSON', 'malformed', () => signedText('{"sub":')],
    ['of 9 KB', 'too-long', () => good({ padding: 'x'.repeat(9_000) })],
    ['of another secret', 'bad-signature', () => good({}, other)],
    ['whose payload was changed', 'bad-signature', async () => swapped(await good(), 1, claims)],
    ['without its signature', 'bad-signature', async () => swapped(await good(), 2, '')],
    ['that has extensions nobody knows', 'malformed', async () => criticalToken()],
    ['of another issuer', 'wrong-issuer', () => good({ iss: 'https://evil.test' })],
    ['whose issuer only begins right', 'wrong-issuer', () => good({ iss: 'https://id.test.evil.test' })],
    ['of no issuer', 'bad-claim', () => good({ iss: undefined })],
    ['for another audience', 'wrong-audience', () => good({ aud: 'other' })],
    ['for no audience', 'bad-claim', () => good({ aud: undefined })],
    ['of another type', 'wrong-type', () => good({}, key, { typ: 'JWT' })],
    ['that expired', 'token-expired', () => good({ exp: seconds(-1) })],
    ['that never expires', 'bad-claim', () => good({ exp: undefined })],
    ['whose expiry is text', 'bad-claim', () => good({ exp: '9999999999' })],
    ['that is not valid yet', 'token-not-yet-valid', () => good({ nbf: seconds(120) })],
    ['that was issued in the future', 'token-not-yet-valid', () => good({ iat: seconds(120) })],
    ['without a subject', 'bad-claim', () => good({ sub: undefined })],
    ['whose subject is empty', 'bad-claim', () => good({ sub: '' })],
    ['whose subject is a number', 'bad-claim', () => good({ sub: 7 })],
    ['without a claim that is required', 'bad-claim', () => good({ jti: undefined })],
    ['of another algorithm', 'bad-algorithm', () => good({}, key, { alg: 'HS512' })],
    ['with the algorithm none', 'bad-algorithm', () => `${encoded({ alg: 'none', typ: 'at+jwt' })}.${claims}.`],
    ['with the algorithm nOnE', 'bad-algorithm', () => `${encoded({ alg: 'nOnE', typ: 'at+jwt' })}.${claims}.`],
    ['with no algorithm', 'bad-algorithm', () => `${encoded({ typ: 'at+jwt' })}.${claims}.`],
    ['with a list for an algorithm', 'bad-algorithm', () => `${encoded({ alg: ['HS256'], typ: 'at+jwt' })}.${claims}.`],
  ])('%s', async (_what, reason, token) => {
    expect(await reasonOf(strict, token() as Promise<string>)).toBe(reason)
  })

  /** A good signature of whatever it is. */
  function signedText(payload: string) {
    const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt' })}.${Buffer.from(payload).toString('base64url')}`
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  }

  function criticalToken() {
    const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt', crit: ['unheard'], unheard: 1 })}.${claims}`
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  }

  const swapped = (token: string, index: number, part: string) => token.split('.').with(index, part).join('.')

  it('with a reason that tells neither the token nor its claims', async () => {
    const token = await good({ exp: seconds(-1), email: 'ada@example.com' })
    const error: unknown = await Promise.resolve(verifyJwt(strict)(token)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'unauthorized', reason: 'token-expired' })
    expect(error).not.toHaveProperty('cause')
    const everything = JSON.stringify(error, Object.getOwnPropertyNames(error))
    expect(everything).not.toContain(token.split('.')[1])
    expect(everything).not.toContain('ada@example.com')
  })
})

describe('what a token may read', () => {
  it('cannot be widened by a pattern or a colon for a name', async () => {
    for (const claims of [
      { sub: '*' },
      { sub: 'ada:wallet' },
      { tenant: '*' },
      { tenant: '1:bookings' },
      { tenant: ['1'] },
    ]) {
      expect(await reasonOf({ secret }, sign(claims))).toBe('bad-claim')
    }
  })

  it('is no stream that all share who lack a claim', async () => {
    const options: JwtOptions = { secret, streams: ({ tenant }) => [`tenant:${String(tenant)}:bookings`] }
    expect(await reasonOf(options, sign())).toBe('bad-claim')
    expect(await reasonOf(options, sign({ tenant: {} }))).toBe('bad-claim')
    expect(await reasonOf(options, sign({ tenant: '' }))).toBe('bad-claim')
    expect(await reasonOf(options, sign({ tenant: 3 }))).toBe('accepted')
  })

  it('is put together from claims by streamName, which refuses what would name another stream', async () => {
    const verify = verifyJwt({ secret, streams: ({ tenant }) => [streamName`tenant:${tenant}:bookings`] })
    expect(await verify(await sign({ tenant: 'acme' }))).toMatchObject({ streams: ['tenant:acme:bookings'] })
    for (const tenant of ['*', 'a:b', '', undefined, null, {}, ['x'], 1.5]) {
      await expect(verify(await sign({ tenant }))).rejects.toMatchObject({ reason: 'bad-claim' })
    }
    expect(streamName`goal:${7}`).toBe('goal:7')
    expect(() => streamName`goal:${'a:b'}`).toThrow('in the stream "goal:…" is text with a "*" or a ":"')
  })

  it('may be asked of something that fails: then the token is not blamed, and the fault is told', async () => {
    const told: RealtimeError[] = []
    const down = new Error('the database is away')
    const options: JwtOptions = { secret, streams: () => Promise.reject(down), onError: (error) => told.push(error) }
    const verify = verifyJwt(options)
    for (let count = 0; count < 3; count++) {
      await expect(verify(await sign())).rejects.toMatchObject({ reason: 'claims-failed', isTemporary: true })
    }
    expect(told).toMatchObject([{ reason: 'claims-failed', cause: down }])
  })

  it('may be refused by the app with a reason of its own', async () => {
    const streams = () => {
      throw new TokenRefused('bad-claim', 'This account is locked.')
    }
    await expect(verifyJwt({ secret, streams })(await sign())).rejects.toThrow('This account is locked.')
  })
})

describe('keys', () => {
  it('of any form verify what their other half has signed', async () => {
    const webKey = await crypto.subtle.importKey(
      'jwk',
      ec.publicKey.export({ format: 'jwk' }),
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['verify'],
    )
    const given: [JwtOptions['publicKey'], KeyObject, string][] = [
      [pem(rsa.publicKey), rsa.privateKey, 'RS256'],
      [jwk(rsa.publicKey), rsa.privateKey, 'RS256'],
      [rsa.publicKey, rsa.privateKey, 'RS256'],
      [pem(ec.publicKey), ec.privateKey, 'ES256'],
      [webKey, ec.privateKey, 'ES256'],
      [jwk(ed.publicKey), ed.privateKey, 'EdDSA'],
      [pem(ed.publicKey), ed.privateKey, 'EdDSA'],
    ]
    for (const [publicKey, privateKey, alg] of given) {
      const token = await sign({}, privateKey, { alg })
      expect(await reasonOf({ publicKey: publicKey! }, token)).toBe('accepted')
      expect(await reasonOf({ publicKey: pem(nextRsa.publicKey) }, token)).toBe('bad-signature')
    }
  })

  it('of several kinds or ages are believed side by side', async () => {
    const publicKey = [pem(rsa.publicKey), jwk(nextRsa.publicKey), ec.publicKey]
    expect(await reasonOf({ publicKey }, sign({}, rsa.privateKey))).toBe('accepted')
    expect(await reasonOf({ publicKey }, sign({}, nextRsa.privateKey))).toBe('accepted')
    expect(await reasonOf({ publicKey }, sign({}, ec.privateKey, { alg: 'ES256' }))).toBe('accepted')
    expect(await reasonOf({ publicKey: [pem(rsa.publicKey)] }, sign({}, nextRsa.privateKey))).toBe('bad-signature')
    expect(await reasonOf({ secret: ['x'.repeat(32), key] }, sign())).toBe('accepted')
    expect(await reasonOf({ secret: ['x'.repeat(32), key] }, sign({}, other))).toBe('bad-signature')
  })

  it('that are bound to an algorithm verify no other', async () => {
    const publicKey = jwk(rsa.publicKey, { alg: 'RS256' })
    const algorithms = ['RS256', 'PS256']
    expect(await reasonOf({ publicKey, algorithms }, sign({}, rsa.privateKey))).toBe('accepted')
    expect(await reasonOf({ publicKey, algorithms }, sign({}, rsa.privateKey, { alg: 'PS256' }))).toBe('bad-signature')
  })

  it('that are public are never taken for a secret', async () => {
    for (const publicText of [pem(rsa.publicKey), pem(rsa.publicKey).trim(), JSON.stringify(jwk(rsa.publicKey))]) {
      const forged = await sign({}, new TextEncoder().encode(publicText), { alg: 'HS256' })
      expect(await reasonOf({ publicKey: pem(rsa.publicKey) }, forged)).toBe('bad-algorithm')
    }
  })
})

describe('options that would let forged tokens in, or none, are refused at once:', () => {
  const publicKey = pem(rsa.publicKey)
  it.each<[string, JwtOptions, string]>([
    ['no key at all', {}, 'needs `secret`, `publicKey` or `jwksUrl`'],
    ['two kinds of keys', { secret, jwksUrl: 'https://id.test/jwks' }, 'just one of them'],
    ['a short secret', { secret: 'short' }, 'The secret has 5 bytes'],
    ['a secret too short for its algorithm', { secret: 'x'.repeat(32), algorithms: ['HS512'] }, 'Use 64 random bytes'],
    ['a public key for a secret', { secret: publicKey }, 'is a key in PEM form'],
    ['no secret in the list', { secret: [] }, '`secret` has 0 keys'],
    [
      'a private key',
      { publicKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      'is a private or secret key',
    ],
    ['a private JWK', { publicKey: jwk(rsa.privateKey) }, 'is a private or secret key'],
    ['a private key object', { publicKey: rsa.privateKey }, 'is a private or secret key'],
    ['a secret as a JWK', { publicKey: { kty: 'oct', k: 'AAAA' } }, 'is a private or secret key'],
    ['a key that cannot be read', { publicKey: '-----BEGIN PUBLIC KEY-----' }, 'cannot be read'],
    ['an empty key', { publicKey: '' }, 'cannot be read'],
    ['eleven keys', { publicKey: Array<string>(11).fill(publicKey) }, 'has 11 keys'],
    ['a weak key', { publicKey: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey }, 'has 1024 bits'],
    [
      'a key that no algorithm uses',
      { publicKey, algorithms: ['ES256'] },
      'is of the type rsa, which none of the algorithms',
    ],
    ['the algorithm none', { publicKey, algorithms: ['none'] }, '`algorithms` is ["none"]'],
    ['an algorithm that is misspelt', { publicKey, algorithms: ['RS265'] }, 'some of RS256'],
    [
      'a secret’s algorithm for public keys',
      { publicKey, algorithms: ['RS256', 'HS256'] },
      'with public keys it can only hold',
    ],
    [
      'the same for published keys',
      { jwksUrl: 'https://id.test/jwks', algorithms: ['HS256'] },
      'with public keys it can only',
    ],
    [
      'a public key’s algorithm for a secret',
      { secret, algorithms: ['RS256'] },
      'with a shared secret it can only hold',
    ],
    ['no algorithm', { secret, algorithms: [] }, '`algorithms` is []'],
    ['an inherited name for an algorithm', { secret, algorithms: ['constructor'] }, '`algorithms` is'],
    ['an issuer from a variable that is not set', { secret, issuer: '' }, '`issuer` is empty'],
    ['no audience in the list', { secret, audience: [] }, '`audience` is empty'],
    ['an empty type', { secret, typ: '' }, '`typ` is empty'],
    ['a tolerance below zero', { secret, clockToleranceMs: -1 }, '`clockToleranceMs` must be 0 or more'],
    ['an age that is none', { secret, maxAgeMs: Number.NaN }, '`maxAgeMs` more than 0'],
    ['keys that travel in the open', { jwksUrl: 'http://id.example.com/jwks' }, 'is not encrypted'],
    [
      'an address that only looks like this machine',
      { jwksUrl: 'http://127.0.0.1.evil.test/jwks' },
      'is not encrypted',
    ],
    ['an address that is none', { jwksUrl: 'id.example.com/jwks' }, 'is no address'],
    ['an address with a password', { jwksUrl: 'https://me:pass@id.example.com/jwks' }, 'is no address'],
  ])('%s', (_what, options, message) => {
    expect(() => verifyJwt(options)).toThrow(expect.objectContaining({ code: 'invalid-option' }))
    expect(() => verifyJwt(options)).toThrow(message)
  })
})

describe('keys that an issuer publishes', () => {
  /** An issuer on a real port; `answer` may be changed as it runs. */
  async function issuer(keys: object[]) {
    const asked: IncomingMessage[] = []
    const state = {
      url: '',
      asked,
      keys,
      answer: ((_, response) => void response.end(JSON.stringify({ keys }))) as RequestListener,
      async close() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
    const server = createServer((request, response) => {
      asked.push(request)
      state.answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    afterTest(state.close)
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
    return state
  }

  const published = (of: KeyObject, kid: string, more: object = {}) =>
    jwk(of, { kid, alg: 'RS256', use: 'sig', ...more })

  it('verify tokens, also of a key that was published later', async () => {
    const { url, asked, keys } = await issuer([published(rsa.publicKey, 'k1')])
    let skipMs = 0
    const { now } = Date
    afterTest(() => (Date.now = now))
    Date.now = () => now() + skipMs
    const verify = verifyJwt({ jwksUrl: url })
    const reason = async (token: string) =>
      Promise.resolve(verify(token)).then(
        () => 'accepted',
        (error: TokenRefused) => error.reason,
      )
    for (let count = 0; count < 3; count++)
      expect(await reason(await sign({}, rsa.privateKey, { kid: 'k1' }))).toBe('accepted')
    expect(asked.length).toBe(1)
    const next = await sign({}, nextRsa.privateKey, { kid: 'k2' })
    expect(await reason(next)).toBe('unknown-key')
    keys.push(published(nextRsa.publicKey, 'k2'))
    skipMs = 11_000
    expect(await reason(next)).toBe('accepted')
    expect(await reason(await sign({}, rsa.privateKey, { kid: 'k1' }))).toBe('accepted')
    expect(asked.length).toBe(2)
  })

  it('verify tokens that name none of them', async () => {
    const { url } = await issuer([published(rsa.publicKey, 'k1'), published(nextRsa.publicKey, 'k2')])
    expect(await reasonOf({ jwksUrl: url }, sign({}, nextRsa.privateKey))).toBe('accepted')
    expect(
      await reasonOf({ jwksUrl: url }, sign({}, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)),
    ).toBe('bad-signature')
  })

  it('are not asked for again because of tokens that name keys nobody knows, nor for rubbish', async () => {
    const { url, asked } = await issuer([published(rsa.publicKey, 'k1')])
    const verify = verifyJwt({ jwksUrl: url })
    const forged = Array.from({ length: 50 }, (_, index) => sign({}, nextRsa.privateKey, { kid: `k-${index}` }))
    for (const token of forged) await expect(verify(await token)).rejects.toMatchObject({ reason: 'unknown-key' })
    expect(asked.length).toBe(1)
    const untouched = await issuer([])
    const verifyNext = verifyJwt({ jwksUrl: untouched.url })
    for (const token of ['', 'a.b.c', 'x'.repeat(9_000), await sign()])
      await expect(verifyNext(token)).rejects.toThrow(TokenRefused)
    expect(untouched.asked).toEqual([])
  })

  it('are never taken from a token, whatever it names', async () => {
    const evil = await issuer([published(nextRsa.publicKey, 'k1')])
    const { url } = await issuer([published(rsa.publicKey, 'k1')])
    const headers = [
      { kid: 'k1', jku: evil.url },
      { kid: 'k1', x5u: evil.url },
      { kid: 'k1', jwk: jwk(nextRsa.publicKey) },
      { kid: 'k1', x5c: [nextRsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] },
      { kid: evil.url },
      { kid: `${url}/../../${evil.url}` },
      { kid: '../../../../dev/null' },
      { kid: "k1' OR '1'='1" },
      { kid: '__proto__' },
    ]
    for (const header of headers) {
      const token = await sign({}, nextRsa.privateKey, header)
      expect(['bad-signature', 'unknown-key']).toContain(await reasonOf({ jwksUrl: url }, token))
      expect(await reasonOf({ publicKey: pem(rsa.publicKey) }, token)).toBe('bad-signature')
    }
    expect(evil.asked).toEqual([])
  })

  it('are none of another use, and no secrets', async () => {
    const { url } = await issuer([
      published(rsa.publicKey, 'k1', { use: 'enc' }),
      { kty: 'oct', kid: 'k2', k: Buffer.from(key).toString('base64url') },
    ])
    expect(await reasonOf({ jwksUrl: url }, sign({}, rsa.privateKey, { kid: 'k1' }))).toBe('unknown-key')
    expect(await reasonOf({ jwksUrl: url }, sign({}, key, { kid: 'k2' }))).toBe('bad-algorithm')
  })

  it.each<[string, RequestListener | null]>([
    ['is gone', null],
    ['fails', (_, response) => response.writeHead(500).end()],
    ['answers something else', (_, response) => response.end('<html>')],
    ['answers no keys', (_, response) => response.end('{"keys":7}')],
    ['sends one on to elsewhere', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['hangs up', (request) => request.socket.destroy()],
    ['does not answer', () => {}],
  ])(
    'are missed when the issuer %s: nobody is let in, and that is told once',
    async (_what, answer) => {
      const id = await issuer([published(rsa.publicKey, 'k1')])
      if (answer === null) await id.close()
      else id.answer = answer
      const told: RealtimeError[] = []
      const verify = verifyJwt({ jwksUrl: id.url, onError: (error) => told.push(error) })
      const token = await sign({}, rsa.privateKey, { kid: 'k1' })
      for (let count = 0; count < 20; count++) {
        await expect(verify(token)).rejects.toMatchObject({ reason: 'keys-unavailable', isTemporary: true })
      }
      expect(told).toMatchObject([{ code: 'unauthorized', reason: 'keys-unavailable' }])
      expect(told[0]!.message).toMatch(
        /^The keys at http.*jwks could not be fetched \(.+\), so no token can be verified/,
      )
      // A fetch that failed is tried again after a second, not for each token.
      expect(id.asked.length).toBe(answer === null ? 0 : 1)
    },
    10_000,
  )

  it('are there again once the issuer is; those already known are used meanwhile', async () => {
    const id = await issuer([published(rsa.publicKey, 'k1')])
    const time = { now: Date.now() }
    const verify = verifyJwt({ jwksUrl: id.url, onError: () => {}, clock: { now: () => time.now } })
    const { answer } = id
    const known = await sign({}, rsa.privateKey, { kid: 'k1' })
    id.answer = (_, response) => response.writeHead(503).end()
    await expect(verify(known)).rejects.toMatchObject({ reason: 'keys-unavailable' })
    id.answer = answer
    await expect(verify(known)).rejects.toMatchObject({ reason: 'keys-unavailable' })
    time.now += 1_001
    await expect(verify(known)).resolves.toMatchObject({ subject: 'ada' })
    await id.close()
    await expect(verify(known)).resolves.toMatchObject({ subject: 'ada' })
  })
})

describe('a clock that is off', () => {
  const hour = 3_600_000
  const signedNow = (sub: string) => sign({ sub, iat: seconds(0), exp: seconds(900) })
  function watched(offMs: number) {
    const told: RealtimeError[] = []
    const time = { offMs }
    const clock = { now: () => Date.now() + time.offMs }
    return { verify: verifyJwt({ secret, clock, onError: (error) => told.push(error) }), told, time }
  }
  const people = ['ada', 'bo', 'cy', 'di', 'ed', 'flo']

  it.each([
    ['F101 by an hour ahead refuses tokens as expired', hour, 'token-expired', 'have expired', 'ahead'],
    [
      'F101 by an hour behind refuses tokens as not valid yet',
      -hour,
      'token-not-yet-valid',
      'are from the future',
      'behind',
    ],
  ])('%s, and says that it may be off, once', async (_what, offMs, reason, how, where) => {
    const { verify, told, time } = watched(offMs)
    for (const sub of people.slice(0, 4)) await expect(verify(await signedNow(sub))).rejects.toMatchObject({ reason })
    expect(told).toEqual([])
    for (const sub of [...people, ...people])
      await expect(verify(await signedNow(sub))).rejects.toMatchObject({ reason })
    expect(told.length).toBe(1)
    expect(told[0]!.message).toContain(`they ${how}. This machine's clock may be off (${where}): it says `)
    time.offMs = 0
    await expect(verify(await signedNow('ada'))).resolves.toMatchObject({ subject: 'ada' })
  })

  it('is not suspected because of one user with an old token, of forged ones, or of a few among many good ones', async () => {
    const { verify, told } = watched(0)
    const old = (sub: string, by = key) => sign({ sub, exp: seconds(-600) }, by)
    for (let count = 0; count < 20; count++) await expect(verify(await old('ada'))).rejects.toThrow(TokenRefused)
    for (const sub of people) await expect(verify(await old(sub, other))).rejects.toThrow(TokenRefused)
    for (const sub of people) {
      await expect(verify(await old(sub))).rejects.toMatchObject({ reason: 'token-expired' })
      await expect(verify(await signedNow(sub))).resolves.toMatchObject({ subject: sub })
    }
    expect(told).toEqual([])
  })

  it('by less than the tolerance refuses nothing that has just been issued, and stretches no expiry', async () => {
    const behind = watched(-29_000)
    await expect(behind.verify(await signedNow('ada'))).resolves.toMatchObject({ subject: 'ada' })
    await expect(behind.verify(await sign({ nbf: seconds(0) }))).resolves.toMatchObject({ subject: 'ada' })
    expect(await reasonOf({ secret }, sign({ exp: seconds(0) }))).toBe('token-expired')
    expect(await reasonOf({ secret, clockToleranceMs: 0 }, sign({ nbf: seconds(2) }))).toBe('token-not-yet-valid')
  })
})
