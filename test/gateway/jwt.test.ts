import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { verifyJwt } from '../../src/gateway/index.ts'

const secret = 'a secret of sixty-four bytes or more, so that HS512 could take it too'
const key = new TextEncoder().encode(secret)
const draft = (claims: Record<string, unknown> = {}) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' })

describe('a verified token', () => {
  it('says who it is, what may be read, and until when', async () => {
    const token = await draft({ tenant: 't1' }).setSubject('ada').setExpirationTime(2_000_000_000).sign(key)
    expect(await verifyJwt({ secret })(token)).toEqual({
      subject: 'ada',
      streams: ['user:ada', 'tenant:t1'],
      expiresAt: 2_000_000_000_000,
    })
  })

  it('reads what the app says it may', async () => {
    const token = await draft({ role: 'admin' }).setSubject('ada').setExpirationTime('1h').sign(key)
    const verify = verifyJwt({ secret, streams: ({ role }) => (role === 'admin' ? ['*'] : []) })
    expect(await verify(token)).toMatchObject({ streams: ['*'] })
  })

  it('cannot widen itself by a pattern for a name', async () => {
    const token = await draft({ tenant: '*' }).setSubject('*').setExpirationTime('1h').sign(key)
    expect(await verifyJwt({ secret })(token)).toMatchObject({ streams: [] })
  })
})

describe('a token is refused', () => {
  const verify = verifyJwt({ secret, issuer: 'https://id.test', audience: 'app' })
  const good = () => draft().setSubject('ada').setExpirationTime('1h').setIssuer('https://id.test').setAudience('app')

  it('unless all is right', async () => {
    await expect(verify(await good().sign(key))).resolves.toMatchObject({ subject: 'ada' })
  })

  const bare = () => draft().setExpirationTime('1h').setIssuer('https://id.test').setAudience('app')
  const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ada","exp":9999999999}')}.`.replaceAll('=', '')
  const hs512 = () =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'HS512' })
      .setSubject('ada')
      .setExpirationTime('1h')
      .setIssuer('https://id.test')
      .setAudience('app')

  it.each<[string, string, () => Promise<string> | string]>([
    ['that is empty', 'ERR_JWS_INVALID', () => ''],
    ['that is no JWT', 'ERR_JWS_INVALID', () => 'abc'],
    ['of another secret', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED', () => good().sign(new Uint8Array(64).fill(1))],
    ['of another issuer', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => good().setIssuer('https://evil.test').sign(key)],
    ['for another audience', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => good().setAudience('other').sign(key)],
    ['that expired', 'ERR_JWT_EXPIRED', () => good().setExpirationTime('-1s').sign(key)],
    [
      'that never expires',
      'ERR_JWT_CLAIM_VALIDATION_FAILED',
      () => draft().setSubject('ada').setIssuer('https://id.test').setAudience('app').sign(key),
    ],
    ['without a subject', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => bare().sign(key)],
    ['of another algorithm', 'ERR_JOSE_ALG_NOT_ALLOWED', () => hs512().sign(key)],
    ['with the algorithm none', 'ERR_JOSE_ALG_NOT_ALLOWED', () => unsigned],
  ])('%s', async (_what, code, token) => {
    await expect(verify(await token())).rejects.toMatchObject({ code })
  })

  it('that is missing', async () => {
    await expect(verify(undefined)).rejects.toThrow('no token')
  })
})

describe('a secret', () => {
  it('that is short, or missing, or one of two, is refused at once', () => {
    expect(() => verifyJwt({ secret: 'short' })).toThrow('The secret has 5 bytes')
    expect(() => verifyJwt({})).toThrow('either `secret` or `jwksUrl`')
    expect(() => verifyJwt({ secret, jwksUrl: 'https://id.test/jwks' })).toThrow('just one of them')
  })
})
