// Signs of the network in the middle of an attempt.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { begin, end, pass, setUp } from '../fixture.ts'

beforeEach(begin)
afterEach(end)

it('a network that keeps saying that it changed does not keep a slow attempt (3 s) from ever succeeding', async () => {
  const { client, transport, page } = setUp({ server: 'livecache' })
  const answered = new Set<object>()
  for (let tick = 0; tick < 600 && client.getState().name !== 'connected'; tick++) {
    await pass(100)
    if (tick % 25 === 24) page.emit('network')
    const dial = transport.dials.at(-1)
    if (dial && !answered.has(dial)) {
      answered.add(dial)
      setTimeout(() => dial.closedByClient || dial.welcome(), 3_000)
    }
  }
  expect(client.getState().name).toBe('connected')
})

it('the same while a token takes 3 s: getToken is not asked a hundred times', async () => {
  let asked = 0
  const { page } = setUp({
    getToken: () => {
      asked++
      return new Promise((resolve) => setTimeout(() => resolve('t'), 3_000))
    },
  })
  for (let tick = 0; tick < 24; tick++) {
    await pass(2_500)
    page.emit('network')
  }
  await pass(3_000)
  expect(asked).toBeLessThan(10)
})

it('network signs while an attempt is under way do not forget the failures before it', async () => {
  const { client, transport, page } = setUp({ server: 'livecache' })
  for (let round = 0; round < 4; round++) {
    await pass(0)
    transport.last.close(1006)
    const state = client.getState()
    await pass('retryAt' in state ? state.retryAt - Date.now() : 0)
  }
  expect(client.getState()).toMatchObject({ name: 'connecting', attempt: 4 })
  await pass(2_500)
  page.emit('network')
  expect(client.getState()).toMatchObject({ name: 'connecting', attempt: 4 })
})
