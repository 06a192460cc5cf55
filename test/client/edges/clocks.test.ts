// Clocks that jump.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createShownStatus } from '../../../src/client/index.ts'
import { begin, end, pass, setUp, setUpLive, tokens } from '../fixture.ts'

beforeEach(begin)
afterEach(end)

const hour = 3_600_000

it('offline, the clock is set back by an hour, online: dials within 2 s', async () => {
  const { transport, page, clock, client } = await setUpLive()
  page.offline = true
  transport.last.close(1006)
  await pass(0)
  expect(client.getState().name).toBe('offline')
  clock.skewMs = -hour
  page.offline = false
  page.emit('online')
  await pass(2_100)
  expect(transport.dials.length).toBe(2)
})

it('waits on a high rung, sleeps an hour (timers stand still), wakes: dials within 2 s', async () => {
  const { transport, page, clock, client } = await setUpLive()
  for (let round = 0; round < 6; round++) {
    transport.last.close(1006)
    await pass(0)
    if (round < 5) {
      const state = client.getState()
      await pass('retryAt' in state ? state.retryAt - clock.now() : 0)
    }
  }
  const state = client.getState()
  if (!('retryAt' in state)) throw new Error(state.name)
  expect(state.retryAt - clock.now()).toBeGreaterThan(5_000)
  const before = transport.dials.length
  clock.skewMs = hour
  page.emit('visible')
  page.emit('online')
  await pass(2_100)
  expect(transport.dials.length).toBe(before + 1)
})

it('a forced refresh, then the clock is set back: the next 4401 an hour later still gets its refresh', async () => {
  const { reasons, getToken } = tokens()
  const { transport, clock, client } = setUp({ getToken })
  const up = async () => {
    await pass(0)
    transport.last.welcome({})
    transport.last.settle()
    await pass(6_000)
  }
  await up()
  transport.last.close(4401)
  await pass(1_000)
  await up()
  expect(client.getState().name).toBe('connected')
  clock.skewMs = -2 * hour
  await pass(hour)
  transport.last.close(4401)
  await pass(1_000)
  expect(client.getState().name).not.toBe('unauthorized')
  expect(reasons).toEqual(['connect', 'rejected', 'rejected'])
})

it('the server asked to stay away 5 s while offline, the clock is set back: the wait does not become an hour', async () => {
  const { transport, page, clock } = await setUpLive()
  page.offline = true
  transport.last.end({ code: 1013, reason: '', retryAfterMs: 5_000 })
  await pass(10_000)
  clock.skewMs = -hour
  page.offline = false
  page.emit('online')
  await pass(20_000)
  expect(transport.dials.length).toBeGreaterThanOrEqual(2)
})

it('the shown status does not say connected for an hour because the clock was set back', async () => {
  const { client, transport, clock, page } = await setUpLive()
  const shown = createShownStatus(client, { clock })
  const off = shown.subscribe(() => {})
  transport.last.close(4403)
  await pass(5_000)
  client.reconnect()
  await pass(0)
  transport.last.welcome({})
  transport.last.settle()
  await pass(5_000)
  expect(shown.getSnapshot()).toBe('connected')
  clock.skewMs = -3_600_000
  transport.last.close(4403)
  await pass(60_000)
  expect({ state: client.getState().name, shown: shown.getSnapshot() }).toEqual({ state: 'failed', shown: 'failed' })
  off()
  void page
})
