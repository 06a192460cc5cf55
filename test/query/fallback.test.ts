// While nothing is pushed, what is on screen is fetched on a clock.
import { focusManager } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { invalidate } from '../../src/query/index.ts'
import { fakePage } from '../client/fixture.ts'
import { begin, end, pass, setUp, type SetUpOptions, show } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const key = ['goals']
const minute = 60_000

/** A query that is on screen and loaded. */
async function setUpShown(options: SetUpOptions = {}) {
  const all = await setUp({ rules: { changed: () => invalidate(key) }, fallbackMs: 30_000, ...options })
  const goals = show(all.queryClient, key, () => Date.now())
  await pass(3_000)
  const loaded = goals.begun.length
  return { ...all, goals, fetches: () => goals.begun.length - loaded }
}

describe('while the link is up', () => {
  it('nothing is fetched on a clock', async () => {
    const { fetches } = await setUpShown()
    await pass(10 * minute)
    expect(fetches()).toBe(0)
  })
})

describe('while the link is down', () => {
  it('what is on screen is fetched every 30 s, and no more once it is back', async () => {
    const { server, fetches } = await setUpShown()
    server.goDown()
    await pass(29_000)
    expect(fetches()).toBe(0)
    await pass(2_000)
    expect(fetches()).toBe(1)
    await pass(minute)
    expect(fetches()).toBe(3)
    server.comeBack()
    // The last wait between two attempts, and what may have been missed.
    await pass(minute)
    const before = fetches()
    await pass(10 * minute)
    expect(fetches()).toBe(before)
  })

  it('what is on screen is fetched as often as the app says', async () => {
    const { server, fetches } = await setUpShown({ fallbackMs: 5_000 })
    server.goDown()
    await pass(26_000)
    expect(fetches()).toBe(5)
  })

  it('or never', async () => {
    const { server, fetches } = await setUpShown({ fallbackMs: Infinity })
    server.goDown()
    await pass(10 * minute)
    expect(fetches()).toBe(0)
  })

  it('what nobody looks at is not fetched', async () => {
    const { server, goals, fetches } = await setUpShown()
    server.goDown()
    goals.stop()
    await pass(10 * minute)
    expect(fetches()).toBe(0)
  })

  it('what no stream feeds is not fetched', async () => {
    const { server, queryClient, fetches } = await setUpShown({ streams: { '*': [key] } })
    const still = show(queryClient, ['still'], () => 1)
    await pass(100)
    server.goDown()
    await pass(minute + 10_000)
    expect(fetches()).toBe(2)
    expect(still.begun).toHaveLength(1)
  })

  it('a fetch slower than the clock is waited for', async () => {
    const { server, queryClient } = await setUpShown()
    server.goDown()
    const slow = show(queryClient, ['slow'], () => 1, { ms: 70_000 })
    await pass(3 * minute)
    // At 0, at 70 and at 140 s.
    expect(slow.begun).toHaveLength(3)
  })
})

describe('while the page is hidden', () => {
  afterEach(() => focusManager.setFocused(undefined))

  it('nothing is fetched; once it is back, once', async () => {
    const { server, fetches } = await setUpShown()
    server.goDown()
    focusManager.setFocused(false)
    await pass(10 * minute)
    expect(fetches()).toBe(0)
    focusManager.setFocused(true)
    await pass(10_000)
    expect(fetches()).toBe(1)
  })
})

describe('realtime that is', () => {
  it('switched off is replaced by the clock', async () => {
    const { realtime, fetches } = await setUpShown()
    realtime.configure({ enabled: false })
    expect(realtime.getState().name).toBe('idle')
    await pass(minute + 1_000)
    expect(fetches()).toBe(2)
    realtime.configure({ enabled: true })
    await pass(20_000)
    const before = fetches()
    await pass(10 * minute)
    expect(fetches()).toBe(before)
  })

  it('never started is replaced by the clock', async () => {
    const { realtime, queryClient, fetches } = await setUpShown({ isJoined: false })
    const unbind = realtime.bindQueryClient(queryClient)
    await pass(minute + 1_000)
    expect(fetches()).toBe(2)
    unbind()
    await pass(10 * minute)
    expect(fetches()).toBe(2)
  })

  it('given up for good is replaced by the clock', async () => {
    const { server, realtime, fetches } = await setUpShown()
    server.cut(4403)
    await pass(0)
    expect(realtime.getState().name).toBe('failed')
    await pass(minute + 1_000)
    expect(fetches()).toBe(2)
  })

  it.each(['paused', 'offline', 'unauthorized'])('%s is not: it was not wanted, or would not help', async (how) => {
    const page = fakePage()
    let isAllowed = true
    const verify = () => {
      if (!isAllowed) throw new Error('no')
      return { subject: 'ada', streams: ['*'] }
    }
    const all = await setUpShown({ page, getToken: () => 'token', serverOptions: { verify } })
    if (how === 'paused') all.realtime.pause()
    if (how === 'offline') {
      page.offline = true
      page.emit('offline')
      all.server.cut()
    }
    if (how === 'unauthorized') {
      isAllowed = false
      all.server.cut(4401)
    }
    await pass(10_000)
    expect(all.realtime.getState().name).toBe(how === 'paused' ? 'closed' : how)
    const before = all.fetches()
    await pass(10 * minute)
    expect(all.fetches()).toBe(before)
  })
})
