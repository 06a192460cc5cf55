// An event that is too large for the wire, on a real gateway with real readers of every kind: its publisher is told, and nobody else.
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { RealtimeError } from '../../src/base/errors.ts'
import { createGateway, type Gateway } from '../../src/gateway/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'

afterEach(endAll)

const key = 'a key of a backend, of 32 characters or more'
const kib = 1_024
const verify = () => ({ subject: 'ada', streams: ['tenant:1'] })

async function start() {
  const errors: RealtimeError[] = []
  const gateway = createGateway({
    verify,
    publishKeys: [key],
    // The server makes more of what a client asks for.
    authorizePublish: (_identity, { payload }) => ({ stream: 'tenant:1', payload: [payload, payload] }),
    onError: (error) => errors.push(error),
  })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, port, errors }
}

interface Reader {
  /** Every byte of it. */
  text(): string
  closes: number[]
  say(frame: object): void
}

async function socketOn(port: number, protocols: string[], query = ''): Promise<Reader> {
  const headers = { authorization: 'Bearer ada' }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/realtime${query}`, protocols, { headers })
  afterTest(() => socket.terminate())
  const texts: string[] = []
  const closes: number[] = []
  socket.on('message', (data: Buffer) => texts.push(data.toString()))
  socket.on('close', (code) => closes.push(code))
  await new Promise((resolve) => socket.once('open', resolve))
  return { text: () => texts.join('\n'), closes, say: (frame) => socket.send(JSON.stringify(frame)) }
}

async function livecacheReader(port: number): Promise<Reader> {
  const reader = await socketOn(port, ['realtime.v1'])
  reader.say({ type: 'auth', token: 'ada' })
  reader.say({ type: 'subscribe', id: 's1', events: ['*'] })
  reader.say({ type: 'resume', streams: {} })
  await until(() => reader.text().includes('"resumed"'))
  return reader
}

/** One of each kind, all of them listening to everything. */
async function allKinds({ gateway, port }: { gateway: Gateway; port: number }): Promise<Reader[]> {
  const readers = [await livecacheReader(port), await socketOn(port, [], '?events=*'), await streamReader(port)]
  await until(() => gateway.hub.stats.sessions.subscribed === readers.length)
  return readers
}

async function streamReader(port: number): Promise<Reader> {
  const ending = new AbortController()
  afterTest(() => ending.abort())
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events/stream?events=*`, {
    headers: { authorization: 'Bearer ada' },
    signal: ending.signal,
  })
  let text = ''
  const closes: number[] = []
  const decoder = new TextDecoder()
  const read = async () => {
    for await (const bytes of answer.body!) text += decoder.decode(bytes, { stream: true })
  }
  read().then(
    () => closes.push(0),
    () => closes.push(0),
  )
  return { text: () => text, closes, say: () => {} }
}

const event = (payload: unknown) => ({ type: 'goal.created', stream: 'tenant:1', payload })

function post(port: number, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return fetch(`http://127.0.0.1:${port}/api/v1/events`, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** The next event is the first of its stream: the one before was not even kept. */
async function expectNobodyNoticed(gateway: Gateway, readers: readonly Reader[]) {
  const { seq } = await gateway.publish(event({ id: 'the next one' }))
  expect(seq).toBe(1)
  for (const reader of readers) {
    await until(() => reader.text().includes('the next one'))
    expect(reader.text().match(/goal\.created/g)!.length).toBeGreaterThan(0)
    expect(reader.text()).not.toContain('xxxx')
    expect(reader.text()).not.toContain('漢')
    expect(reader.closes).toEqual([])
  }
}

describe('an event that is too large', () => {
  it.each([
    ['of 65 KiB', 'x'.repeat(65 * kib)],
    ['of fewer letters than bytes', '漢'.repeat(22_000)],
  ])('F102: %s is refused where the backend publishes it, and no reader notices', async (_what, text) => {
    const { gateway, port, errors } = await start()
    const readers = await allKinds({ gateway, port })
    const refused = {
      code: 'invalid-option',
      message: expect.stringMatching(/65536 bytes at most.*Publish less/) as string,
    }
    await expect((async () => gateway.publish(event({ text })))()).rejects.toMatchObject(refused)
    expect(errors).toMatchObject([refused])
    await expectNobodyNoticed(gateway, readers)
  })

  it('F102: is refused to a backend that publishes over HTTP, and so is whatever came along', async () => {
    const { gateway, port } = await start()
    const readers = await allKinds({ gateway, port })
    for (const body of [event('x'.repeat(65 * kib)), [event('fine'), event('漢'.repeat(22_000))]]) {
      const answer = await post(port, body)
      expect(answer.status).toBe(413)
      expect(await answer.json()).toMatchObject({
        code: 'TOO_LARGE',
        message: expect.stringContaining('65536 bytes') as string,
      })
    }
    await expectNobodyNoticed(gateway, readers)
  })

  it('F102: is refused to a client whose event the server made too large', async () => {
    const { gateway, port } = await start()
    const [ada, other] = [await livecacheReader(port), await livecacheReader(port)]
    ada.say({ type: 'publish', id: 'm1', event: 'goal.created', payload: 'x'.repeat(40 * kib) })
    await until(() => ada.text().includes('"m1"'))
    const answer: unknown = JSON.parse(ada.text().split('\n').at(-1)!)
    expect(answer).toMatchObject({ type: 'error', ref: 'm1', code: 'TOO_LARGE', retryable: false })
    await expectNobodyNoticed(gateway, [ada, other])
  })

  it('is none as long as it fits: every reader gets it whole', async () => {
    const { gateway, port } = await start()
    const readers = await allKinds({ gateway, port })
    for (const text of ['x'.repeat(65_100), '漢'.repeat(21_700)]) {
      await gateway.publish(event({ text }))
      for (const reader of readers) await until(() => reader.text().includes(text))
    }
    expect(readers.flatMap(({ closes }) => closes)).toEqual([])
  })
})
