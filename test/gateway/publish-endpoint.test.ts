// What a backend sends to publish, and what it is answered.
import { describe, expect, it } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import { createPublishEndpoint } from '../../src/gateway/publish-endpoint.ts'
import { createHub, type EventFrame, type NewEvent } from '../../src/hub/index.ts'

const key = 'k'.repeat(32)
const nextKey = 'n'.repeat(32)
const completed = { type: 'goal.completed', stream: 'tenant:3', payload: { goalId: 'goal:7' } }

function open(options: Partial<Parameters<typeof createPublishEndpoint>[0]> = {}) {
  const hub = createHub({ verify: () => ({ subject: 'ada', streams: ['*'] }) })
  const published: EventFrame[] = []
  const endpoint = createPublishEndpoint({
    publish(event) {
      const frame = hub.publish(event)
      published.push(frame)
      return frame
    },
    keys: [key, nextKey],
    ...options,
  })
  async function send(body: unknown, { authorization = `Bearer ${key}`, method = 'POST' } = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await endpoint(
      new Request('http://gateway/api/v1/events', {
        method,
        headers: { ...(authorization && { authorization }) },
        ...(method === 'POST' && { body: text }),
      }),
    )
    const answer = (await response.json()) as { code?: string; message?: string; events?: EventFrame[] }
    return { status: response.status, headers: response.headers, ...answer }
  }
  return { send, published }
}

describe('the endpoint for backends', () => {
  it('publishes one event and says where it went', async () => {
    const { send, published } = open()
    const { status, events } = await send({ ...completed, id: 'EV-1', entity: { type: 'goal', id: '7', version: 3 } })
    expect([status, events]).toEqual([
      200,
      [{ eventId: 'EV-1', stream: 'tenant:3', seq: 1, epoch: expect.any(String) }],
    ])
    expect(published).toMatchObject([{ ...completed, eventId: 'EV-1', entity: { type: 'goal', id: '7', version: 3 } }])
  })

  it('publishes several in the order in which they stand', async () => {
    const { send, published } = open()
    const { events } = await send([1, 2, 3].map((payload) => ({ ...completed, payload })))
    expect(events?.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(published.map(({ payload }) => payload)).toEqual([1, 2, 3])
  })

  it('waits for each of them where publishing takes time', async () => {
    const order: unknown[] = []
    const { send } = open({
      async publish({ payload, stream, type }: NewEvent) {
        order.push(`begins ${String(payload)}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
        order.push(`ends ${String(payload)}`)
        return { type, stream, payload, eventId: String(payload), seq: 1, epoch: 'e', timestamp: '' }
      },
    })
    await send([1, 2].map((payload) => ({ ...completed, payload })))
    expect(order).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2'])
  })

  it.each([
    ['no key', ''],
    ['another key', `Bearer ${'x'.repeat(32)}`],
    ['the beginning of a key', `Bearer ${key.slice(0, 31)}`],
    ['a key that goes on', `Bearer ${key}k`],
    ['another scheme', `Basic ${key}`],
  ])('takes nothing with %s', async (_name, authorization) => {
    const { send, published } = open()
    const { status, code, headers } = await send(completed, { authorization })
    expect([status, code, headers.get('www-authenticate')]).toEqual([401, 'UNAUTHORIZED', 'Bearer'])
    expect(published).toEqual([])
  })

  it('takes each of its keys, so that one can take the place of another', async () => {
    const { send } = open()
    expect((await send(completed, { authorization: `bearer ${nextKey}` })).status).toBe(200)
  })

  it.each<[string, unknown, string]>([
    ['no JSON', '{"type":', 'The body must be JSON: one event, or an array of events.'],
    ['no event', 5, 'An event must be an object, and is the number 5.'],
    ['no stream', { type: 'a.b', payload: 1 }, 'stream is missing: it must be a text.'],
    ['a wrong kind', { ...completed, v: '2' }, 'v must be a whole number, 0 or more, and is the text "2".'],
    [
      'an unknown field',
      { ...completed, data: {} },
      'data is no field of it: those are type, stream, payload, entity, origin, id, v.',
    ],
    [
      'a wrong field further in',
      [completed, { ...completed, entity: { type: 'goal' } }],
      '[1].entity.id is missing: it must be a text.',
    ],
    ['an inherited name', { ...completed, constructor: 1 }, 'constructor is no field of it'],
    ['the name of a frame', [{ ...completed, type: 'ping' }], '[0]: "ping" is the name of a frame of the protocol'],
    ['a pattern', { ...completed, stream: 'tenant:*' }, 'An event needs a "stream" that is a text without "*"'],
  ])('refuses %s, and says what is wrong where', async (_name, body, message) => {
    const { send, published } = open()
    const answer = await send(body)
    expect([answer.status, answer.code]).toEqual([400, 'INVALID'])
    expect(answer.message).toContain(message)
    // Those before it in the same request included.
    expect(published).toEqual([])
  })

  it('refuses what is too large: an event, a request, and too many events', async () => {
    const { send, published } = open({ maxBodyBytes: 100_000, maxEvents: 2 })
    const large = { ...completed, payload: 'x'.repeat(66_000) }
    const answers = [await send(large), await send('x'.repeat(100_001)), await send([completed, completed, completed])]
    expect(answers.map(({ status, code }) => [status, code])).toEqual(Array(3).fill([413, 'TOO_LARGE']))
    expect(published).toEqual([])
  })

  it('takes nothing but POST', async () => {
    const { status, headers } = await open().send(undefined, { method: 'GET' })
    expect([status, headers.get('allow')]).toEqual([405, 'POST'])
  })

  it.each([
    ['engine-unavailable', 503, 'TRY_LATER'],
    ['invalid-payload', 400, 'INVALID'],
  ] as const)('names what was published before the gateway said %s', async (errorCode, status, code) => {
    let count = 0
    const { send } = open({
      publish({ type, stream, payload }) {
        count++
        if (count === 2) throw new RealtimeError(errorCode, 'what happened')
        return { type, stream, payload, eventId: `EV-${count}`, seq: count, epoch: 'e', timestamp: '' }
      },
    })
    expect(await send([completed, completed, completed])).toMatchObject({
      status,
      code,
      message: expect.stringContaining('what happened'),
      published: [{ eventId: 'EV-1', stream: 'tenant:3', seq: 1, epoch: 'e' }],
    })
  })

  it('is not made with a key that could be guessed, or with none', () => {
    expect(() => open({ keys: [key, 'secret'] })).toThrow('has 6 characters, so it could be guessed')
    expect(() => open({ keys: [] })).toThrow('There is no key to publish with. Use 32 random characters')
  })
})
