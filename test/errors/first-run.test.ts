// What a first run gets wrong, and what the console says of it: once, with what to do, and nothing in production. The mistakes of the
// provider are in test/react/first-run.test.tsx.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ClientOptions, createClient } from '../../src/client/index.ts'
import { defineEvents, payload } from '../../src/protocol/index.ts'
import { polling, sse, webSocket, type Transport } from '../../src/transports/index.ts'
import { begin, end, pass, setUp } from '../client/fixture.ts'
import { scriptedTransport, type ScriptedTransport } from '../client/scripted-transport.ts'
import { dial } from '../transports/dial.ts'
import { fetchOf } from '../transports/fake-fetch.ts'

const warn = vi.spyOn(console, 'warn')
const told = () => warn.mock.calls.map(([text]) => String(text))

beforeEach(() => {
  begin()
  vi.stubEnv('NODE_ENV', 'development')
  warn.mockReset().mockReturnValue(undefined)
})
afterEach(() => {
  end()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

/** A text is told once in the life of a page, and all of this file is one: each test has a server of its own. */
let lastServer = 0
const server = (): string => `wss://s${++lastServer}.example.com/realtime`
const at = (address: string, more: Partial<Transport> = {}): ScriptedTransport =>
  Object.assign(scriptedTransport(), { address, ...more })

/** Lets time pass until a dial waits that the test has not answered. */
async function nextDial(transport: ScriptedTransport) {
  const answered = transport.dials.length - (seen.get(transport) ?? 0) === 0 ? transport.dials.length : -1
  for (let step = 0; step < 200 && transport.dials.length === answered; step++) await pass(250)
  await pass(0)
  seen.set(transport, transport.dials.length)
}
const seen = new WeakMap<ScriptedTransport, number>()

/** A client that is held, whose server the test plays. */
function open(transport: ScriptedTransport, options: Partial<ClientOptions> = {}) {
  const { client } = setUp({ transports: [transport], ...options })
  return client
}

describe('a link that never opens', () => {
  async function fail(transport: ScriptedTransport, times: number) {
    for (let time = 0; time < times; time++) {
      await nextDial(transport)
      transport.last.close()
    }
  }

  it('is told of after three attempts without a word, once, with address, origin and proxy as causes', async () => {
    vi.stubGlobal('location', new URL('https://app.example.com/goals?secret=1'))
    const address = server()
    const transport = at(address)
    open(transport)
    await fail(transport, 2)
    expect(told()).toEqual([])
    await fail(transport, 6)
    expect(told()).toEqual([expect.stringContaining(`livecache: no link to ${address} could be opened so far`)])
    expect(told()[0]).toMatch(/is the server up.*pages of https:\/\/app\.example\.com in \(.*origins\).*a proxy/)
    expect(told()[0]).not.toContain('secret')
    expect(told()[0]).toContain(`npx livecache doctor ${address} (`)
    expect(told()[0]).toMatch(/\(livecache\/docs\/troubleshooting\.md#nothing-connects\)$/)
  })

  it('is told of with what browsers think of an address of this machine, where the page is encrypted', async () => {
    vi.stubGlobal('location', new URL('https://app.example.com/goals'))
    const local = () => at(`ws://localhost:${++lastServer}/realtime`)
    for (const transport of [local(), at(server())]) {
      open(transport)
      await fail(transport, 8)
    }
    vi.stubGlobal('location', new URL('http://localhost:5173/goals'))
    const onPlainPage = local()
    open(onPlainPage)
    await fail(onPlainPage, 8)
    expect(told()).toEqual([
      expect.stringMatching(/not encrypted and the page is: Safari blocks that.*Chromium.*permission/),
      expect.not.stringContaining('Safari'),
      expect.not.stringContaining('Safari'),
    ])
  })

  it('is not told of where it had been up: then the server has gone, and comes back', async () => {
    const transport = at(server())
    open(transport)
    await pass(0)
    transport.last.welcome()
    transport.last.settle()
    await pass(6_000)
    transport.last.close()
    await fail(transport, 6)
    expect(told()).toEqual([])
  })

  it('is not told of where the server says why', async () => {
    const transport = at(server())
    open(transport)
    for (let time = 0; time < 5; time++) {
      await nextDial(transport)
      transport.last.end({ code: 1013, reason: 'full', retryAfterMs: 1_000 })
    }
    expect(told()).toEqual([])
  })
})

describe('a server that turns the client away', () => {
  it('is quoted once where it says that it is for good', async () => {
    const transport = at(server())
    const client = open(transport)
    await pass(0)
    transport.last.welcome()
    transport.last.close(4403, 'this tenant is closed')
    expect(client.getState().name).toBe('failed')
    expect(told()).toEqual([expect.stringContaining('turned this client away for good (this tenant is closed)')])
    client.reconnect()
    await pass(0)
    transport.last.welcome()
    transport.last.close(4403, 'this tenant is closed')
    expect(told()).toHaveLength(1)
  })

  it('is quoted where it wants a token and there is nobody to ask for one', async () => {
    const transport = at(server())
    const client = open(transport)
    await pass(0)
    transport.last.welcome()
    transport.last.close(4401, 'no token at all')
    expect(client.getState().name).toBe('unauthorized')
    expect(told()).toEqual([expect.stringMatching(/wants a token \(no token at all\).*Give it getToken/)])
  })

  it('is quoted where it refuses a fresh token too', async () => {
    const transport = at(server())
    const client = open(transport, { getToken: () => 't' })
    for (let time = 0; time < 2; time++) {
      await pass(0)
      transport.last.welcome()
      transport.last.close(4401, 'wrong audience')
    }
    expect(client.getState().name).toBe('unauthorized')
    expect(told()).toEqual([expect.stringMatching(/a fresh one too \(wrong audience\).*its reason is "rejected"/)])
  })
})

describe('a link that opens and stays mute', () => {
  async function stayMute(transport: ScriptedTransport) {
    for (let time = 0; time < 3; time++) {
      await nextDial(transport)
      transport.last.open()
    }
    await nextDial(transport)
  }

  it('is told of once as a stream that something collects, with the switches', async () => {
    const address = server()
    const transport = at(address, { oneWay: true })
    open(transport)
    await stayMute(transport)
    expect(told()).toEqual([expect.stringMatching(/opened, and nothing came.*proxy_buffering off.*compression/)])
    expect(told()[0]).toContain(address)
  })

  it('is told of once as frames that a proxy swallows', async () => {
    const transport = at(server())
    open(transport)
    await stayMute(transport)
    expect(told()).toEqual([expect.stringMatching(/did not answer the sign-in: a proxy swallows/)])
  })

  const stream = (text?: string) =>
    new Response(
      new ReadableStream({ start: (to) => text !== undefined && to.enqueue(new TextEncoder().encode(text)) }),
      {
        headers: { 'content-type': 'text/event-stream' },
      },
    )
  const url = () => server().replace('wss', 'https')

  it('is told of after 30 s where nobody can know that something should have come', async () => {
    const address = url()
    const { link } = dial(sse(`${address}?token=secret`, { fetch: fetchOf(stream()).fetch }))
    await pass(29_000)
    expect(told()).toEqual([])
    await pass(1_000)
    expect(told()).toEqual([expect.stringContaining(`livecache: ${address} opened, and has sent nothing for 30 s`)])
    link.close()
  })

  it('is not told of where as much as a comment came', async () => {
    const { link } = dial(sse(url(), { fetch: fetchOf(stream(': hi\n\n')).fetch }))
    await pass(60_000)
    expect(told()).toEqual([])
    link.close()
  })

  it('has no timer left once it is closed, and none at all in production', async () => {
    const { link } = dial(sse(url(), { fetch: fetchOf(stream()).fetch }))
    await pass(0)
    expect(vi.getTimerCount()).toBe(1)
    link.close()
    expect(vi.getTimerCount()).toBe(0)
    vi.stubEnv('NODE_ENV', 'production')
    const other = dial(sse(url(), { fetch: fetchOf(stream()).fetch }))
    await pass(0)
    expect(vi.getTimerCount()).toBe(0)
    other.link.close()
  })
})

describe('two clients for one address', () => {
  it('are told of once, when the second one is held', () => {
    const address = server()
    setUp({ transports: [at(address)] })
    expect(told()).toEqual([])
    setUp({ transports: [at(address)] })
    setUp({ transports: [at(address)] })
    expect(told()).toEqual([
      expect.stringMatching(/two clients are connected to wss:.* at once.*Let one <RealtimeProvider>/),
    ])
    expect(told()[0]).toContain(address)
  })

  it('are well where one has let go before the other holds, or was disposed', () => {
    const address = server()
    setUp({ transports: [at(address)] }).release()
    const second = setUp({ transports: [at(address)] })
    second.client.dispose()
    setUp({ transports: [at(address)] })
    expect(told()).toEqual([])
  })

  it('are one where the same client is held twice', () => {
    const { client } = setUp({ transports: [at(server())] })
    client.hold()
    expect(told()).toEqual([])
  })

  it('are known by every transport that has an address, its secrets left out', () => {
    const secret = (scheme: string) => `${scheme}://ada:pw@api.example.com/events?token=secret`
    const all = [webSocket(secret('wss')), sse(secret('https')), polling(secret('https'))]
    expect(all.map(({ address }) => address)).toEqual([
      'wss://api.example.com/events',
      'https://api.example.com/events',
      'https://api.example.com/events',
    ])
  })
})

describe('a type that the table of events does not have', () => {
  const events = defineEvents({ 'goal.renamed': payload<string>(), 'goal.archived': payload<string>() })
  const listen = (...types: string[]) => {
    const client = createClient({ transports: [scriptedTransport()], events })
    client.on(types, () => {})
    client.subscribe({ events: types }, () => {})
    client.dispose()
  }

  it('is told of once, with the one that may be meant', () => {
    listen('goal.renamd')
    expect(told()).toEqual([
      expect.stringContaining(
        'listens to "goal.renamd", which the table of events does not have. Did you mean "goal.renamed"?',
      ),
    ])
  })

  it('is told of where it is a pattern that takes none of them', () => {
    listen('goals.*')
    expect(told()).toEqual([expect.stringMatching(/"goals\.\*", which takes no type of the table.*Nearest: "goal\./)])
  })

  it('is well where it is like none of them, since types beside the table may be listened to', () => {
    listen('chat.typing', 'goal.renamed', 'goal.*', '*')
    expect(told()).toEqual([])
  })

  it('is well where there is no table', () => {
    const client = createClient({ transports: [scriptedTransport()] })
    client.on('goal.renamd2', () => {})
    client.dispose()
    expect(told()).toEqual([])
  })
})

it.each(['production', 'test', ''])('says nothing of all this where NODE_ENV is "%s"', async (environment) => {
  vi.stubEnv('NODE_ENV', environment)
  const address = server()
  const transport = at(address)
  open(transport)
  setUp({ transports: [at(address)] })
  for (let time = 0; time < 4; time++) {
    await nextDial(transport)
    transport.last.close()
  }
  await nextDial(transport)
  transport.last.welcome()
  transport.last.close(4403, environment)
  expect(told()).toEqual([])
})
