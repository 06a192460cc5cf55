// What looks like a secret does not come into a log.
import { describe, expect, it } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import { errorFields, scrub, scrubUrl } from '../../src/gateway/redact.ts'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'

describe('a text for the log', () => {
  it.each([
    ['an address', 'GET /realtime?events=*&token=s3cret&x=1', 'GET /realtime?events=*&token=[hidden]&x=1'],
    ['another name', '/cb?access_token=s3cret#top', '/cb?access_token=[hidden]'],
    ['a header', 'authorization: Bearer s3cret, retried', 'authorization: [hidden], retried'],
    ['a bearer', 'sent "Bearer s3cret"', 'sent "Bearer [hidden]"'],
    ['a subprotocol', 'realtime.v1, realtime.v1.token.s3cret', 'realtime.v1, realtime.v1.token.[hidden]'],
    ['JSON', '{"type":"auth","token":"s3cret"}', '{"type":"auth","token":"[hidden]"}'],
    ['a JWT by itself', `bad ${jwt}!`, 'bad [hidden]!'],
    ['a JWT that was cut', `bad ${jwt.slice(0, 30)}`, 'bad [hidden]'],
    ['a password of a store', 'redis://default:s3cret@10.0.0.1:6379/0', 'redis://[hidden]@10.0.0.1:6379/0'],
  ])('has no token in %s', (_name, text, shown) => {
    expect(scrub(text)).toBe(shown)
  })

  it('keeps what is no secret', () => {
    const plain = 'Port 80 is taken, so the server cannot start. See https://example.org/a@b?tokens=2'
    expect(scrub('the token was refused')).toBe('the token was refused')
    expect(scrub(plain)).toContain('Port 80 is taken, so the server cannot start. See https://example.org/a@b')
  })

  it('is short, and takes no time, whatever it is made of and however long', () => {
    for (const text of ['a', 'token=', 'Bearer ', 'eyJaaaaaaaa.', 'a://', ' ']) {
      const long = text.repeat(20_000_000 / text.length)
      const begun = performance.now()
      expect(scrub(long).length).toBeLessThanOrEqual(501)
      expect(performance.now() - begun).toBeLessThan(20)
    }
  })
})

describe('an address for the log', () => {
  it.each([
    ['/realtime?token=abc', '/realtime?token=[redacted]'],
    ['/realtime?events=a&token=abc&status=open', '/realtime?events=a&token=[redacted]&status=open'],
    ['/?token=a&token=b', '/?token=[redacted]&token=[redacted]'],
    ['/?%74oken=abc', '/?%74oken=[redacted]'],
    ['/?TOKEN=abc&access_token=abc&idToken=abc', '/?TOKEN=[redacted]&access_token=[redacted]&idToken=[redacted]'],
    ['/?api_key=abc&client_secret=abc&code=abc', '/?api_key=[redacted]&client_secret=[redacted]&code=[redacted]'],
    ['/?password=a%26b&x=1', '/?password=[redacted]&x=1'],
    ['/?token=a=b=c', '/?token=[redacted]'],
    ['/?token=', '/?token=[redacted]'],
    ['/callback#access_token=abc&state=1', '/callback#access_token=[redacted]&state=1'],
    ['https://ada:pass@id.example.com/jwks?x=1', 'https://[redacted]@id.example.com/jwks?x=1'],
    ['redis://:pa@ss@localhost:6379/0', 'redis://[redacted]@localhost:6379/0'],
    [`/tokens/${jwt}/x`, '/tokens/[redacted]/x'],
    [`/?next=${encodeURIComponent(`/realtime?token=${jwt}`)}`, '/?next=%2Frealtime%3Ftoken%3D[redacted]'],
    [`/?x=${jwt.replaceAll('.', '%2e')}`, '/?x=[redacted]'],
    ['/?%zz=1&token=abc&%=', '/?%zz=1&token=[redacted]&%='],
  ])('%s', (url, shown) => expect(scrubUrl(url)).toBe(shown))

  it.each([
    '',
    '/',
    '?',
    '/realtime?events=goal.*&minAmount=5',
    '/?token',
    '/?tokenizer=x&monkey=y',
    '/a?b#c',
    'https://a.test:81/x',
  ])('that holds nothing secret stays as it is: %s', (url) => expect(scrubUrl(url)).toBe(url))

  it('takes no longer for one that was made to take long', () => {
    const from = performance.now()
    for (const part of ['_', '&', 'eyJ', 'eyJaaaaaa.', '//', '@', '%', 'token='])
      scrubUrl(`/?${part.repeat(16_384 / part.length)}`)
    expect(performance.now() - from).toBeLessThan(500)
  })
})

describe('an error for the log', () => {
  it('tells where it was thrown, and its message only where it is one of ours', () => {
    const cause = Object.assign(new TypeError('line one of {"card":"4111"}\n    at nowhere {"card":"4111"}'), {
      code: 'E_CARD',
    })
    const fields = errorFields(new RealtimeError('handler-threw', 'A rule threw.', { cause }))
    expect(fields).toMatchObject({ name: 'RealtimeError', code: 'handler-threw' })
    expect(fields.message).toContain('A rule threw.')
    expect(fields.cause).toMatchObject({ name: 'TypeError', code: 'E_CARD' })
    expect(fields.cause?.at?.[0]).toContain('redact.test.ts')
    expect(JSON.stringify(fields)).not.toContain('4111')
  })

  it('tells the message of any error where the app wants it so, without tokens', () => {
    const fields = errorFields(new Error(`no such row, ${jwt}`), true)
    expect(fields.message).toBe('no such row, [hidden]')
  })

  it('is told also where it is none, or is its own cause', () => {
    expect(errorFields('secret text')).toEqual({ name: 'string' })
    const circular = new Error('round')
    circular.cause = circular
    expect(JSON.stringify(errorFields(circular)).length).toBeLessThan(10_000)
  })
})
