// What is posted to the mock server and cannot be done.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endAll } from '../after-test.ts'
import { serveScenario, stateOf } from './mock-process.ts'
import { post, type Served } from './process.ts'

let server: Served
beforeAll(async () => void (server = await serveScenario()))
afterAll(endAll)

describe('a wrong request', () => {
  it.each<[string, string, unknown, string]>([
    ['no JSON', 'events', '{"type": "a.b"', 'The body must be JSON.'],
    ['an unknown event', 'events', '"nope"', 'event names the event "nope", and "events" has "counted".'],
    ['no type', 'events', { payload: 1 }, 'event.type is missing: it must be a text.'],
    ['no event', 'events', 5, 'event must be an object, and is the number 5.'],
    [
      'a wrong one among several',
      'events',
      ['counted', { type: 'a.*', payload: 1 }],
      '[1]: An event needs a "type" that is a text without "*"',
    ],
    ['an unknown template', 'events', { type: 'a.b', payload: { id: '{{id}}' } }, 'event.payload.id says {{id}}'],
    ['no fault', 'faults', {}, 'It names no fault: there are drop, mute, expire, duplicate, reorder, frames, clear.'],
    ['an unknown fault', 'faults', { dorp: 1 }, 'dorp is no field of a fault: those are drop, mute'],
    [
      'a fault of one that needs two',
      'faults',
      { reorder: 1 },
      'reorder must be a whole number from 2 to 1000, and is the number 1.',
    ],
    [
      'a wrong drop',
      'faults',
      { drop: 'all' },
      'drop must be "links", or how many events are lost, and is the text "all".',
    ],
    ['a wrong expire', 'faults', { expire: 1 }, 'expire must be true, or left out.'],
    [
      'wrong frames',
      'faults',
      { drop: 1, frames: 'some' },
      'frames must be one of "events", "all", and is the text "some".',
    ],
    [
      'an unknown deed',
      'scenario',
      { do: 'stop' },
      'do must be one of "pause", "resume", "restart", "toggle", and is the text "stop".',
    ],
  ])('in a request (%s) is answered with 400 and a sentence', async (_name, route, body, message) => {
    const answer = await post(`${server.http}/mock/${route}`, body)
    expect([answer.status, answer.body['code']]).toEqual([400, 'INVALID'])
    expect(answer.body['message']).toContain(message)
    expect((await stateOf(server)).recent).toEqual([])
  })

  it('a route that does not exist is told those that do', async () => {
    for (const path of ['/mock/nope', '/favicon.ico', '/mock/events']) {
      const response = await fetch(server.http + path)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        message: expect.stringContaining('POST /mock/events, POST /mock/faults'),
      })
    }
  })
})
