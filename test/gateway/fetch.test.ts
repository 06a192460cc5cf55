// The HTTP half of a gateway, carried by a framework that speaks the web's Request.
import { afterEach, describe, expect, it } from 'vitest'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { afterTest, endAll } from '../after-test.ts'

afterEach(endAll)

function start(options: Partial<GatewayOptions> = {}): Gateway {
  const gateway = createGateway({
    verify: (token) => ({ subject: token ?? 'nobody', streams: ['tenant:3'] }),
    ...options,
  })
  afterTest(gateway.close)
  return gateway
}

const streamFor = (user: string) =>
  new Request('https://api.test/api/v1/events/stream?events=goal.*', { headers: { authorization: `Bearer ${user}` } })

describe('gateway.fetch', () => {
  it('answers an event stream, and brings what is published', async () => {
    const gateway = start()
    const { body, headers } = await gateway.fetch(streamFor('ada'))
    expect(headers.get('content-type')).toBe('text/event-stream')
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
    await gateway.publish({ type: 'goal.created', payload: { id: '7' } }, { tenant: '3' })
    let text = ''
    while (!text.includes('"7"')) text += (await reader.read()).value
    expect(text).toContain('event: goal.created')
    await reader.cancel()
    expect(gateway.hub.sessions).toBe(0)
  })

  it('limits addresses that it is told of, and does not take all others for one', async () => {
    const gateway = start({ limits: { maxPerIp: 2 } })
    const statuses = async (by?: { ip: string }) => {
      const answers = [1, 2, 3].map((n) => gateway.fetch(streamFor(`user-${n}`), by))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    expect(await statuses({ ip: '192.0.2.7' })).toEqual([200, 200, 429])
    expect(await statuses()).toEqual([200, 200, 200])
  })

  it('answers what is none of its routes with 404', async () => {
    expect((await start().fetch(new Request('https://api.test/api/v1/events/nowhere'))).status).toBe(404)
  })
})
