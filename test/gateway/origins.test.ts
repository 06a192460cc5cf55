// Which origins count, and what is said of a list that could never work. Over real sockets: access.test.ts.
import { describe, expect, it } from 'vitest'
import type { RealtimeError } from '../../src/base/errors.ts'
import { createOriginCheck, type Origins } from '../../src/gateway/origins.ts'

describe('an origin', () => {
  const allows = createOriginCheck([
    'https://app.example.com',
    'http://localhost:5173',
    'https://xn--bcher-kva.example',
  ])

  it.each(['https://app.example.com', 'http://localhost:5173', 'https://xn--bcher-kva.example', undefined])(
    'that is listed, or not named at all, may come in: %s',
    (origin) => expect(allows(origin)).toBe(true),
  )

  it.each([
    'https://app.example.com.evil.com',
    'https://evil.com/https://app.example.com',
    'https://evil-app.example.com',
    'https://appxexample.com',
    'https://app-example.com',
    'https://sub.app.example.com',
    'https://example.com',
    'http://app.example.com',
    'wss://app.example.com',
    'https://app.example.com:443',
    'https://app.example.com:8443',
    'https://app.example.com.',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://APP.example.com',
    'HTTPS://app.example.com',
    'https://app.example.com@evil.com',
    'https://app.example.com%40evil.com',
    'https://app.example.com\\@evil.com',
    'https://evil.com#https://app.example.com',
    'https://аpp.example.com',
    'https://xn--pp-7kc.example.com',
    'https://bücher.example',
    ' https://app.example.com',
    'https://app.example.com, https://evil.com',
    'http://localhost:5174',
    'http://localhost',
    'http://127.0.0.1:5173',
    'null',
    'file://',
    '',
    '__proto__',
  ])('that only looks like one is refused: %s', (origin) => expect(allows(origin)).toBe(false))

  it('may be null only where that is listed', () => {
    expect(createOriginCheck(['null'])('null')).toBe(true)
    expect(createOriginCheck(['null'])('https://app.example.com')).toBe(false)
  })

  it('may be that of an app or an extension', () => {
    const check = createOriginCheck(['capacitor://localhost', 'chrome-extension://abcdefghijklmnop'])
    expect(check('capacitor://localhost')).toBe(true)
    expect(check('capacitor://evil')).toBe(false)
    expect(check('chrome-extension://abcdefghijklmnop')).toBe(true)
    expect(check('null')).toBe(false)
  })

  it('may be any, or none', () => {
    for (const origin of ['https://evil.com', 'null', undefined]) expect(createOriginCheck('any')(origin)).toBe(true)
    expect(createOriginCheck([])('https://app.example.com')).toBe(false)
  })

  it('may be judged by a function, which has to say true', () => {
    const asked: string[] = []
    const check = createOriginCheck((origin) => {
      asked.push(origin)
      return new URL(origin).hostname.endsWith('.example.com')
    })
    expect(check('https://a.example.com')).toBe(true)
    expect(check('https://a.example.com.evil.com')).toBe(false)
    expect(check(undefined)).toBe(true)
    expect(asked).toEqual(['https://a.example.com', 'https://a.example.com.evil.com'])
    const asynchronous = (async () => false) as unknown as (origin: string) => boolean
    expect(createOriginCheck(asynchronous)('https://evil.com')).toBe(false)
  })

  it('is refused where the function throws, and that is told', () => {
    const told: RealtimeError[] = []
    const check = createOriginCheck(
      (origin) => new URL(origin).hostname === 'a',
      (error) => told.push(error),
    )
    expect(check('null')).toBe(false)
    expect(told).toMatchObject([{ code: 'handler-threw', cause: expect.any(TypeError) }])
  })
})

describe('a list that could never work is refused with what to write:', () => {
  it.each<[unknown, string]>([
    [['https://app.example.com/'], 'Write "https://app.example.com".'],
    [['https://app.example.com/path?x#y'], 'Write "https://app.example.com".'],
    [['https://APP.example.com'], 'Write "https://app.example.com".'],
    [['https://app.example.com:443'], 'Write "https://app.example.com".'],
    [['http://app.example.com:80'], 'Write "http://app.example.com".'],
    [['https://me:secret@app.example.com'], 'Write "https://app.example.com".'],
    [['https://bücher.example'], 'Write "https://xn--bcher-kva.example".'],
    [[' https://app.example.com'], 'Write "https://app.example.com".'],
    [['app.example.com'], 'Write "https://app.example.com".'],
    [['capacitor://localhost/'], 'Write "capacitor://localhost".'],
    [['*'], 'write origins: "any"'],
    [['https://*.example.com'], 'List each, or give a function'],
    [['*.example.com'], 'List each, or give a function'],
    [[''], 'Write it as in "https://app.example.com".'],
    [['https://'], 'Write it as in'],
    [[undefined], 'Write it as in'],
    [[7], 'Write'],
    ['https://app.example.com', 'Give a list, such as'],
    [undefined, 'Give a list, such as'],
  ])('%j', (origins, remedy) => {
    expect(() => createOriginCheck(origins as Origins)).toThrow(expect.objectContaining({ code: 'invalid-option' }))
    expect(() => createOriginCheck(origins as Origins)).toThrow(remedy)
  })
})
