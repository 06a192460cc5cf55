// The WebSocket of this Node against a real server on a loopback port: what a browser's class does too.
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ServerOptions, WebSocket as ServerSocket, WebSocketServer } from 'ws'
import { RealtimeError } from '../../src/base/errors.ts'
import { type TransportRequest, webSocket, type WebSocketOptions } from '../../src/transports/index.ts'
import { dial as dialWith } from './dial.ts'

const undos: (() => void)[] = []
afterEach(() => {
  for (const undo of undos.splice(0).toReversed()) undo()
})

/** A server that takes one kind of client; `arrived` answers with the next one. */
async function serve(options: ServerOptions = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options })
  undos.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`
  const arrived = new Promise<{ socket: ServerSocket; request: IncomingMessage }>((resolve) => {
    server.once('connection', (socket, request) => resolve({ socket, request }))
  })
  return { server, url, arrived }
}

function dial(url: string, request?: Partial<TransportRequest>, options?: WebSocketOptions) {
  const dialled = dialWith(webSocket(url, options), request)
  undos.push(() => dialled.link.close())
  return dialled
}

describe('opening', () => {
  it('offers no subprotocol to a server that knows none', async () => {
    const { url, arrived } = await serve()
    const { heard, hears } = dial(url)
    const { request } = await arrived
    await hears(1)
    expect(heard).toEqual([['opened', null]])
    expect(request.headers['sec-websocket-protocol']).toBeUndefined()
    expect(request.url).toBe('/realtime')
  })

  it('offers the protocol and says that the server chose it', async () => {
    const { url, arrived } = await serve()
    const { heard, hears } = dial(url, { protocol: 'realtime.v1' })
    const { request } = await arrived
    await hears(1)
    expect(heard).toEqual([['opened', 'realtime.v1']])
    expect(request.headers['sec-websocket-protocol']).toBe('realtime.v1')
  })

  it('fails with 1006 where the server echoes no subprotocol, for a browser does not take that', async () => {
    const { url } = await serve({ handleProtocols: () => false })
    const { heard, hears } = dial(url, { protocol: 'realtime.v1' })
    await hears(1)
    expect(heard).toEqual([['closed', 1006, expect.any(String)]])
  })

  it('fails with 1006 where nobody listens', async () => {
    const { server, url } = await serve()
    await new Promise((resolve) => server.close(resolve))
    const { heard, hears } = dial(url)
    await hears(1)
    expect(heard).toEqual([['closed', 1006, expect.any(String)]])
  })

  it('fails with 1006 where the server answers no upgrade', async () => {
    const { url } = await serve({ verifyClient: () => false })
    const { heard, hears } = dial(url)
    await hears(1)
    expect(heard).toEqual([['closed', 1006, expect.any(String)]])
  })

  it('adds the parameters to the address', async () => {
    const { url, arrived } = await serve()
    dial(`${url}?room=a`, { params: { events: 'goal.created,goal.updated' } })
    const { request } = await arrived
    expect(request.url).toBe('/realtime?room=a&events=goal.created%2Cgoal.updated')
  })

  it('takes another implementation of the class', () => {
    const dialled: unknown[][] = []
    class Other extends EventTarget {
      constructor(...given: unknown[]) {
        super()
        dialled.push(given)
      }
      close() {}
    }
    dial('wss://example.com', {}, { WebSocket: Other as unknown as typeof WebSocket })
    expect(dialled).toEqual([['wss://example.com/', []]])
  })
})

describe('a process without a WebSocket', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('is told what to do', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(() => dial('wss://example.com')).toThrow(/^There is no WebSocket here/)
    expect(() => dial('wss://example.com')).toThrow(RealtimeError)
  })
})

describe('a browser that refuses', () => {
  it('is quoted without the address, which may hold the token', () => {
    function Refusing(address: string) {
      throw new DOMException(`Refused to connect to '${address}'`, 'SecurityError')
    }
    const open = () =>
      dial(
        'wss://example.com/realtime',
        { credential: { token: 's3cret', place: 'query' } },
        { WebSocket: Refusing as unknown as typeof WebSocket },
      )
    expect(open).toThrow(/refused to open a socket to wss:\/\/example\.com\/realtime \(SecurityError\)/)
    expect(open).not.toThrow(/s3cret/)
    expect(open).toThrow(expect.not.objectContaining({ cause: expect.anything() as unknown }))
  })

  it('is refused where the browser does not throw either, and hands out a socket that is born closed', () => {
    class BornClosed extends EventTarget {
      readonly readyState = 3
    }
    const transport = webSocket('wss://example.com/realtime?key=secret', { WebSocket: BornClosed as never })
    expect(() => dialWith(transport)).toThrow(/refused to open a socket to wss:\/\/example\.com\/realtime \(/)
  })
})

describe('the token', () => {
  it('travels in the query where the server wants it there', async () => {
    const { url, arrived } = await serve()
    dial(url, { params: { events: 'a' }, credential: { token: 'a b&c', place: 'query' } })
    const { request } = await arrived
    expect(new URL(request.url ?? '', url).searchParams.get('token')).toBe('a b&c')
    expect(request.headers['sec-websocket-protocol']).toBeUndefined()
  })

  it('travels beside the protocol where the server wants it as a subprotocol, and not in the address', async () => {
    const { url, arrived } = await serve({ handleProtocols: () => 'realtime.v1' })
    const { heard, hears } = dial(url, { credential: { token: 'eyJ.a-b_c.d', place: 'subprotocol' } })
    const { request } = await arrived
    await hears(1)
    expect(request.headers['sec-websocket-protocol']).toMatch(/^realtime\.v1, ?realtime\.v1\.token\.eyJ\.a-b_c\.d$/)
    expect(request.url).toBe('/realtime')
    expect(heard).toEqual([['opened', 'realtime.v1']])
  })

  it.each(['s3cret==', 's3/cret', 's3 cret', 's3,cret', 's3crét'])(
    'is refused as a subprotocol, unquoted, where it cannot be one: %s',
    (token) => {
      const open = () => dial('wss://example.com', { credential: { token, place: 'subprotocol' } })
      expect(open).toThrow(RealtimeError)
      expect(open).toThrow(/^The token has characters that a subprotocol cannot carry/)
      expect(open).not.toThrow(token)
    },
  )
})

describe('an open link', () => {
  async function open() {
    const { url, arrived } = await serve()
    const all = dial(url, { protocol: 'realtime.v1' })
    const { socket } = await arrived
    await all.hears(1)
    all.heard.length = 0
    return { ...all, socket }
  }

  it('sends frames as JSON text, in order', async () => {
    const { link, socket } = await open()
    const received: string[] = []
    socket.on('message', (data: Buffer, isBinary) => received.push(`${isBinary} ${data.toString()}`))
    link.send({ type: 'pong' })
    link.send({ type: 'ack', eventId: 'EV-1' })
    await vi.waitFor(() => expect(received).toHaveLength(2))
    expect(received).toEqual(['false {"type":"pong"}', 'false {"type":"ack","eventId":"EV-1"}'])
  })

  it('hands over text as it came, in order', async () => {
    const { heard, hears, socket } = await open()
    for (const text of ['{"type":"ping"}', '', 'ünï🙂']) socket.send(text)
    await hears(3)
    expect(heard).toEqual([
      ['message', '{"type":"ping"}'],
      ['message', ''],
      ['message', 'ünï🙂'],
    ])
  })

  it('makes no text of a binary message', async () => {
    const { heard, hears, socket } = await open()
    socket.send(Buffer.from('{"type":"goal.created"}'), { binary: true })
    await hears(1)
    expect(heard).toEqual([['message', 'binary data']])
  })

  it('ends with 1007, as the platform does, where text is no UTF-8', async () => {
    const { heard, socket } = await open()
    const code = new Promise((resolve) => socket.once('close', resolve))
    socket.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false })
    expect(await code).toBe(1007)
    expect(heard.filter((entry) => (entry as string[])[0] === 'message')).toEqual([])
  })

  it.each([
    [1000, 'bye'],
    [1001, ''],
    [1008, ''],
    [1012, ''],
    [4401, 'the token expired'],
    [4408, 'ACK_TIMEOUT'],
    [4999, ''],
  ])('says with which code it was closed: %i', async (code, reason) => {
    const { heard, hears, socket } = await open()
    socket.close(code, reason)
    await hears(1)
    expect(heard).toEqual([['closed', code, reason]])
  })

  it('says 1005 where the server gave no code, and 1006 where it went without a word', async () => {
    const polite = await open()
    polite.socket.close()
    await polite.hears(1)
    expect(polite.heard).toEqual([['closed', 1005, '']])
    const rude = await open()
    rude.socket.terminate()
    await rude.hears(1)
    expect(rude.heard).toEqual([['closed', 1006, '']])
  })

  it('sends nothing before it opened, and throws nothing either', async () => {
    const { url, arrived } = await serve()
    const { link, hears } = dial(url)
    expect(() => link.send({ type: 'pong' })).not.toThrow()
    const { socket } = await arrived
    const received: string[] = []
    socket.on('message', (data: Buffer) => received.push(data.toString()))
    await hears(1)
    link.send({ type: 'ping' })
    await vi.waitFor(() => expect(received).toEqual(['{"type":"ping"}']))
  })

  it('sends nothing once it ended, and throws nothing either', async () => {
    const { link, hears, socket } = await open()
    socket.close(1001)
    await hears(1)
    expect(() => link.send({ type: 'pong' })).not.toThrow()
  })
})

describe('close()', () => {
  it('silences whatever the server still says, the close itself included', async () => {
    const { url, arrived } = await serve()
    const { link, heard, hears } = dial(url)
    const { socket } = await arrived
    await hears(1)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.send('late')
    link.close()
    expect(await closed).toBe(1000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(heard).toEqual([['opened', null]])
  })

  it('before the socket opened lets it never open', async () => {
    const { url } = await serve()
    const { link, heard } = dial(url)
    link.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard).toEqual([])
  })

  it('tells the server why', async () => {
    const { url, arrived } = await serve()
    const { link, hears } = dial(url)
    const { socket } = await arrived
    await hears(1)
    const closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, reason.toString()])))
    link.close(4000, 'paused')
    link.close()
    expect(await closed).toEqual([4000, 'paused'])
  })
})

describe('the class of the ws package', () => {
  it('may take the place of the browser’s, also where nobody answers', async () => {
    const { server, url } = await serve()
    await new Promise((resolve) => server.close(resolve))
    const { heard } = dial(url, {}, { WebSocket: ServerSocket as unknown as typeof WebSocket })
    await vi.waitFor(() => expect(heard).toEqual([['closed', 1006, '']]))
  })
})
