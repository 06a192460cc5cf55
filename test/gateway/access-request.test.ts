// Where a request may carry its token.
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { tokenOf } from '../../src/gateway/request.ts'

/** As node:http hands it over. */
function requestOf(url: string, rawHeaders: readonly (readonly [string, string])[] = []): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  request.url = url
  request.rawHeaders = rawHeaders.flat()
  const lists = new Map<string, string[]>()
  for (const [name, value] of rawHeaders)
    lists.set(name.toLowerCase(), [...(lists.get(name.toLowerCase()) ?? []), value])
  request.headersDistinct = Object.fromEntries(lists)
  return request
}

const bearer = (value: string) => ['Authorization', value] as const
const offer = (value: string) => ['Sec-WebSocket-Protocol', value] as const

describe('a token', () => {
  it.each<[string, ReturnType<typeof requestOf>, string | undefined]>([
    ['in a header', requestOf('/', [bearer('Bearer a.b.c')]), 'a.b.c'],
    ['in a header, however it is written', requestOf('/', [bearer('bearer   a.b.c')]), 'a.b.c'],
    ['in a subprotocol', requestOf('/', [offer('realtime.v1, realtime.v1.token.a.b.c')]), 'a.b.c'],
    [
      'in a subprotocol of its own header',
      requestOf('/', [offer('realtime.v1'), offer('realtime.v1.token.abc')]),
      'abc',
    ],
    ['in the address', requestOf('/?token=a.b.c'), 'a.b.c'],
    ['in the address, encoded', requestOf('/?%74oken=a%2Eb%2Ec'), 'a.b.c'],
    ['nowhere', requestOf('/?Token=x&tokens=y#token=z', [offer('realtime.v1')]), undefined],
    ['in a password', requestOf('/', [bearer('Basic YTpi')]), undefined],
    ['in a header that is empty', requestOf('/', [bearer('Bearer')]), undefined],
    ['in an address that is none', requestOf('//[?token=x'), undefined],
  ])('%s', (_where, request, token) => expect(tokenOf(request, true)).toBe(token))

  it('in the header comes before one in a subprotocol, and that before one in the address', () => {
    const all = [bearer('Bearer header'), offer('realtime.v1.token.subprotocol')]
    expect(tokenOf(requestOf('/?token=address', all), true)).toBe('header')
    expect(tokenOf(requestOf('/?token=address', all.slice(1)), true)).toBe('subprotocol')
  })

  it('in the address counts only where that was allowed', () => {
    expect(tokenOf(requestOf('/?token=a.b.c'), false)).toBeUndefined()
  })

  it('that is there twice is neither of them', () => {
    const twice = [
      requestOf('/?token=a&token=b'),
      requestOf('/', [offer('realtime.v1.token.a, realtime.v1.token.b')]),
      requestOf('/', [offer('realtime.v1.token.a'), offer('realtime.v1.token.b')]),
      requestOf('/', [bearer('Bearer a'), bearer('b')]),
    ]
    for (const request of twice) expect(tokenOf(request, true)).toBe('a, b')
    // Nor the absence of one, for which somebody anonymous might be let in.
    expect(tokenOf(requestOf('/', [bearer('Bearer a'), bearer('Bearer b')]), true)).toBe('a, Bearer b')
  })
})
