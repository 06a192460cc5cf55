// What the doctor finds once a socket is open: who is let in, the welcome and its numbers, heartbeats, events, coming back.
import { afterEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { endAll } from '../after-test.ts'
import {
  conversation,
  doctor,
  event,
  goodToken,
  plain,
  publishEvery,
  serveGateway,
  serveWs,
  speaker,
  speaking,
  welcome,
} from './doctor-servers.ts'

afterEach(endAll)

const token = goodToken
type Answers = NonNullable<Parameters<typeof speaker>[0]>

/** A server of realtime.v1 that says what it should but for `more`. */
const serveSpeaker = (more: Answers = {}, begun: (socket: WebSocket) => void = () => {}) =>
  serveWs((socket) => {
    conversation(socket, speaker(more))
    begun(socket)
  }, speaking)

const examine = async (more: Answers = {}, wish: Partial<Parameters<typeof doctor>[0]> = {}) =>
  doctor({ url: (await serveSpeaker(more)).ws, ...wish })

describe('our gateway', () => {
  it('is well, heartbeat, replay, event stream and polling included', async () => {
    const { ws, gateway } = await serveGateway({ heartbeatMs: 700, origins: ['https://app.example.com'] })
    publishEvery(gateway, 60)
    const { of, complaints, exitCode, findings } = await doctor({
      url: ws,
      token,
      origin: 'https://app.example.com',
      events: ['goal.*'],
      quick: false,
    })
    expect([complaints, exitCode]).toEqual([[], 0])
    expect(of('heartbeat', 'ping').text).toMatch(
      /^A ping came after \d+ ms \(announced: every 700 ms\), and was answered/,
    )
    expect(of('events', 'type').text).toMatch(
      /^"goal\.counted" came \d+ times: id in eventId, time in timestamp, payload in payload, stream "goal:1"\.$/,
    )
    expect(of('resume', 'complete').text).toContain('was sent again')
    expect(of('resume', 'epoch').level).toBe('ok')
    expect(of('sse', 'opening').level).toBe('ok')
    expect(of('sse', 'alive').level).toBe('ok')
    expect(of('polling', 'answers').level).toBe('ok')
    expect(findings.filter(({ id }) => id === 'cors').map(({ topic, level }) => [topic, level])).toEqual(
      expect.arrayContaining([
        ['sse', 'ok'],
        ['polling', 'ok'],
      ]),
    )
    // It was turned away twice on purpose, and a client would have asked for a fresh token.
    expect(findings.filter(({ topic }) => topic === 'closings').map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^A sign-in with a wrong token: 4401, .* asks getToken for a fresh/),
      ]),
    )
  })

  it('refuses a wrong token as it should, which is a problem of whoever has it', async () => {
    const { ws } = await serveGateway()
    const { of, exitCode, findings } = await doctor({ url: ws, token: 'a token that has expired' })
    expect(of('sign-in', 'signed-in')).toMatchObject({
      level: 'problem',
      text: 'The token was refused: the server closes with 4401 ("the token was refused").',
      see: 'livecache/docs/security.md#why-tokens-are-refused',
    })
    expect(of('sign-in', 'missing-token').level).toBe('ok')
    expect(findings.filter(({ topic }) => topic === 'session')).toEqual([])
    expect(exitCode).toBe(1)
  })

  it('can not be tried to the end without a token that it wants', async () => {
    const { ws } = await serveGateway()
    const { of, exitCode, untried, complaints } = await doctor({ url: ws })
    expect(of('sign-in', 'missing-token').level).toBe('ok')
    expect([complaints, exitCode, untried]).toEqual([[], 2, expect.stringContaining('--token-env')])
  })

  it('of a user who may read nothing is not blamed for that', async () => {
    const { ws } = await serveGateway({ verify: () => ({ subject: 'ada', streams: [] }), authorize: () => false })
    const { of } = await doctor({ url: ws, token })
    // There is nothing to read, so there is nothing to go on from.
    expect(of('resume', 'complete').level).toBe('skipped')
    expect(of('events', 'none').level).toBe('note')
  })
})

describe('signing in', () => {
  it('by any token at all is a problem where one is wanted', async () => {
    const { of, exitCode } = await doctor({
      url: (
        await serveWs((socket) => {
          conversation(socket, speaker({ auth: () => undefined }))
          socket.on('message', (data: Buffer) => {
            const { type, token: given } = JSON.parse(data.toString()) as { type: string; token?: string }
            if (type !== 'auth') return
            if (given === undefined) socket.close(4401, 'a token, please')
            else socket.send(JSON.stringify(welcome))
          })
        }, speaking)
      ).ws,
      token,
    })
    expect(of('sign-in', 'missing-token').level).toBe('ok')
    expect(of('sign-in', 'wrong-token')).toMatchObject({ level: 'problem', means: expect.stringContaining('anybody') })
    expect(exitCode).toBe(1)
  })

  it.each<[number, string, RegExp]>([
    [1008, 'warning', /stops as "failed"/],
    [4403, 'warning', /does not try again/],
    [1000, 'warning', /growing delays, not before 8 s/],
    [4401, 'ok', /^$/],
  ])('refused with %i tells what a client makes of it', async (code, level, means) => {
    const { ws } = await serveWs((socket) => {
      socket.on('message', () => socket.close(code, 'no'))
    }, speaking)
    const { of } = await doctor({ url: ws })
    const found = of('sign-in', 'missing-token')
    expect([found.level, found.means ?? '']).toEqual([level, expect.stringMatching(means)])
  })

  it('that is answered by no welcome shows a server that chooses whatever it is offered', async () => {
    const { ws } = await serveWs((socket) => socket.send(JSON.stringify(event(1))))
    const { of, exitCode } = await doctor({ url: ws })
    expect(of('sign-in', 'no-welcome')).toMatchObject({
      level: 'warning',
      means: expect.stringContaining('connects again without the offer'),
      change: expect.stringContaining('handleProtocols'),
    })
    // And it is looked at as what it is.
    expect(of('session', 'server').text).toContain('A plain server')
    expect(of('events', 'type').level).toBe('ok')
    expect(exitCode).toBe(0)
  })
})

describe('the welcome', () => {
  it('whose numbers contradict each other is a problem', async () => {
    const { of, exitCode } = await examine({
      auth: () => ({ ...welcome, ackTimeoutMs: 30_000, replayWindowMs: 60_000 }),
    })
    expect(of('session', 'replay-window')).toMatchObject({
      level: 'problem',
      text: 'Events are kept for 60 s; 72 s are needed.',
      means: expect.stringContaining('30 s for acks and 42 s'),
    })
    expect(exitCode).toBe(1)
  })

  it('whose numbers just suffice is well', async () => {
    const { complaints } = await examine({ auth: () => ({ ...welcome, ackTimeoutMs: 30_000, replayWindowMs: 72_000 }) })
    expect(complaints).toEqual([])
  })

  it('without a heartbeat, or with a rare one, is a warning', async () => {
    const { heartbeatMs: _, ...without } = welcome
    expect((await examine({ auth: () => without })).complaints).toContain('warning session heartbeat-told')
    const { of } = await examine({ auth: () => ({ ...welcome, heartbeatMs: 120_000 }) })
    expect(of('session', 'heartbeat-told').means).toContain('only after 130 s')
  })

  it('of a clock that is off tells by how much', async () => {
    const ahead = () => ({ ...welcome, serverTime: new Date(Date.now() + 90_000).toISOString() })
    const { of } = await examine({ auth: ahead })
    expect(of('session', 'clock')).toMatchObject({ level: 'warning', text: 'Its clock is 90 s ahead of this one.' })
  })

  it('without patterns is a warning where one is asked for', async () => {
    const auth = () => ({ ...welcome, capabilities: ['ack-ids', 'telepathy'] })
    const { of } = await examine({ auth }, { events: ['goal.*'] })
    expect(of('session', 'patterns').level).toBe('warning')
    expect(of('session', 'capabilities').text).toBe('It can do: ack-ids, "telepathy" (unknown).')
  })
})

describe('a session', () => {
  it('whose frames are not answered is a problem, each of them', async () => {
    const silence = () => undefined
    const { of } = await examine({ ping: silence, resume: silence })
    expect(of('session', 'round-trip')).toMatchObject({ level: 'problem', change: 'Answer ping with pong.' })
    expect(of('session', 'resumed').level).toBe('problem')
    expect((await examine({ subscribe: silence })).of('session', 'subscribed').level).toBe('problem')
  })

  it('that refuses a subscription says why', async () => {
    const subscribe = ({ id }: Record<string, unknown>) => ({
      type: 'error',
      code: 'FORBIDDEN',
      message: 'not yours',
      ref: id,
    })
    const { of } = await examine({ subscribe }, { events: ['goal.counted'] })
    expect(of('session', 'subscribed').text).toBe(
      'The subscription to "goal.counted" was refused: "FORBIDDEN not yours".',
    )
  })

  it('that is announced a heartbeat and sent none is a problem', async () => {
    const auth = () => ({ ...welcome, heartbeatMs: 200 })
    const { of } = await examine({ auth }, { quick: false })
    expect(of('heartbeat', 'ping')).toMatchObject({
      level: 'problem',
      text: 'No ping came within 500 ms, and one is announced every 200 ms.',
    })
  })

  it('whose heartbeat there is no time for says so', async () => {
    const { of, exitCode } = await examine({}, { quick: false, limits: { totalMs: 7_000 } })
    expect(of('heartbeat', 'ping')).toMatchObject({ level: 'skipped', change: 'Raise --timeout.' })
    expect(exitCode).toBe(0)
  })

  it('that the server ends is a problem, with what a client does then', async () => {
    const { ws } = await serveSpeaker({}, (socket) => setTimeout(() => socket.close(4408, 'too quiet'), 250))
    const { of, findings } = await doctor({ url: ws, limits: { listenMs: 1_000 } })
    expect(of('heartbeat', 'ended')).toMatchObject({
      level: 'problem',
      text: expect.stringContaining('with 4408 ("too quiet")'),
      means: 'A client connects anew at once.',
    })
    expect(findings.find(({ topic, id }) => topic === 'closings' && id === '4408')!.text).toContain('The session: 4408')
  })

  it('is confirmed what it sends, as its capabilities say', async () => {
    const confirmed: unknown[] = []
    const ack = (frame: object) => {
      confirmed.push(frame)
      return undefined
    }
    const resume = () => [{ type: 'resumed', streams: {} }, event(1), event(2)]
    await examine({ ack, resume })
    expect(confirmed).toContainEqual({ type: 'ack', upTo: { 'goal:1': 2 } })
  })
})

describe('a plain server', () => {
  const servePlain = (frames: readonly unknown[], begun: (socket: WebSocket) => void = () => {}) =>
    serveWs((socket) => {
      begun(socket)
      // Behind the sign-in, as events come.
      for (const frame of frames) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    }, plain)

  it('with flat events is read, and told what they lack', async () => {
    const { ws } = await servePlain([
      { type: 'transaction', transaction: { id: 'T-1', created_at: '2024-11-09' } },
      { type: 'transaction', transaction: { id: 'T-2', created_at: '2024-11-09' } },
    ])
    const { of, complaints, exitCode } = await doctor({ url: ws })
    expect(of('connection', 'protocol').change).toContain("server: 'plain'")
    expect(of('events', 'type').text).toBe(
      '"transaction" came 2 times: id missing, time missing, payload in "transaction", no stream.',
    )
    expect(of('events', 'no-id').text).toBe('2 of 2 events have no id.')
    expect(of('events', 'snake-case').level).toBe('note')
    expect([complaints, exitCode]).toEqual([['warning events no-id', 'warning events no-time'], 0])
  })

  it('that sends what can not be read is told the reason', async () => {
    const { ws } = await servePlain([
      'hello',
      '{"amount":1}',
      JSON.stringify({ ...event(1), payload: 'x'.repeat(70_000) }),
    ])
    const { findings } = await doctor({ url: ws })
    expect(findings.filter(({ id }) => id === 'unreadable').map(({ text }) => text)).toEqual([
      'A message could not be read: a frame must be JSON.',
      'A message could not be read: a frame needs a "type".',
      expect.stringMatching(/^A message could not be read: a frame may have 65536 characters at most/),
    ])
  })

  it('that sends pings which pages never see is told so; without any, too', async () => {
    const wish = { quick: false, limits: { heartbeatMs: 200, slackMs: 200 } }
    const hidden = await servePlain([], (socket) => socket.ping())
    const pinged = await doctor({ url: hidden.ws, ...wish })
    expect(pinged.of('heartbeat', 'ping')).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('It does send pings of RFC 6455 (1)'),
    })
    expect(pinged.of('session', 'round-trip').text).toContain('A ping of RFC 6455 is answered in')
    const silent = await servePlain([])
    expect((await doctor({ url: silent.ws, ...wish })).of('heartbeat', 'ping').text).toMatch(
      /^No ping came within \d+ ms\.$/,
    )
    const alive = await servePlain([{ type: 'ping' }])
    expect((await doctor({ url: alive.ws, ...wish })).of('heartbeat', 'ping').level).toBe('ok')
  })

  it('that repeats and leaves out is told', async () => {
    const { ws } = await servePlain([event(1), event(2), event(2), event(5), event(9, { prev: 5 })])
    const { of } = await doctor({ url: ws })
    expect(of('events', 'gaps')).toMatchObject({ level: 'problem', text: 'Numbers are missing once within a stream.' })
    expect(of('events', 'duplicates').text).toBe('One event came twice on one link.')
  })

  it('that sends types nobody asked for is noted', async () => {
    const { ws } = await servePlain([event(1), event(2, { type: 'chat.said' })])
    expect((await doctor({ url: ws, events: ['goal.*'] })).of('events', 'unasked').text).toContain('"chat.said"')
  })

  it('that goes on from an event, or does not, is told', async () => {
    const { ws } = await serveWs((socket, { url }) => {
      const after = new URL(url!, 'http://a').searchParams.get('lastEventId')
      for (const seq of after === 'EV-2' ? [3] : [1, 2, 3]) socket.send(JSON.stringify(event(seq)))
    }, plain)
    expect((await doctor({ url: ws })).of('resume', 'last-event-id').level).toBe('ok')
    const forgetful = await serveWs((socket, { url }) => {
      if (url?.includes('lastEventId') !== true) for (const seq of [1, 2]) socket.send(JSON.stringify(event(seq)))
    }, plain)
    expect((await doctor({ url: forgetful.ws })).of('resume', 'last-event-id').level).toBe('note')
  })
})

describe('coming back', () => {
  /** Sends one event, and answers the resume from before it so. */
  const resuming = (answer: (positions: Record<string, { epoch: string; seq: number }>) => object[]) =>
    examine({
      resume: (frame) => {
        const streams = frame['streams'] as Record<string, { epoch: string; seq: number }>
        return Object.keys(streams).length === 0 ? [{ type: 'resumed', streams: {} }, event(7)] : answer(streams)
      },
    })
  const resumed = (complete: boolean) => ({
    type: 'resumed',
    streams: { 'goal:1': { epoch: 'e1', seq: 7, complete, ...(complete && { prev: 7 }) } },
  })
  const knows = (streams: Record<string, { epoch: string }>) => streams['goal:1']?.epoch === 'e1'

  it('to what was missed is well where it is sent again', async () => {
    const { of } = await resuming((streams) =>
      knows(streams) ? [event(7, { replayed: true }), resumed(true)] : [resumed(false)],
    )
    expect(of('resume', 'complete').text).toContain('was sent again, and the rest called complete')
    expect(of('resume', 'epoch').level).toBe('ok')
  })

  it('to a promise that is not kept is a problem', async () => {
    const { of } = await resuming((streams) => [resumed(knows(streams))])
    expect(of('resume', 'complete')).toMatchObject({ level: 'problem', means: expect.stringContaining('It is lost') })
  })

  it('to a server that always says that nothing is missing is a problem', async () => {
    const { of } = await resuming(() => [event(7, { replayed: true }), resumed(true)])
    expect(of('resume', 'epoch')).toMatchObject({ level: 'problem', change: expect.stringContaining('epoch') })
  })

  it('to a server that keeps nothing is a problem, and so are ids that change', async () => {
    expect((await resuming(() => [resumed(false)])).of('resume', 'complete').text).toContain('was not called complete')
    const { of } = await resuming(() => [event(7, { replayed: true, eventId: 'another' }), resumed(true)])
    expect(of('resume', 'complete').text).toBe('An event that was sent again has another id.')
  })

  it('to what is not marked as replayed is noted', async () => {
    const { of } = await resuming(() => [event(7), resumed(true)])
    expect(of('resume', 'replayed').level).toBe('note')
  })
})
