// Access that is withdrawn: what was read by it goes from the cache and from the screen, and does not come back.
import type { QueryKey } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeAsOf, type RealtimeEvent } from '../../src/protocol/index.ts'
import { invalidate, patch } from '../../src/query/index.ts'
import { begin, end, type Goal, own, pass, setUp, type SetUpOptions, show } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const secret = ['secret']
const open = ['open']
const streams = { 'tenant:1': [secret], 'tenant:2': [open] }
const rules = {
  told: ({ payload }: RealtimeEvent<{ word: string }>) => patch<string>(secret, () => payload.word),
  toldOpenly: ({ payload }: RealtimeEvent<{ word: string }>) => patch<string>(open, () => payload.word),
  changed: () => [invalidate(secret), invalidate(open)],
}

/** Two queries on screen, each fed by a stream of its own. `revoke` takes away the first. */
async function setUpShown(options: SetUpOptions = {}) {
  const taken: (readonly QueryKey[])[] = []
  const all = await setUp({ rules, streams, onRevoked: (keys) => taken.push(keys), ...options })
  const api: { secret: string | Error } = { secret: 'secret' }
  const shown = show(all.queryClient, secret, () => api.secret)
  const other = show(all.queryClient, open, () => 'open')
  await pass(3_000)
  /** @param left what the server answers from now on */
  const revoke = ({
    names = ['tenant:1'],
    left = new Error('403'),
  }: { names?: string[]; left?: string | Error } = {}) => {
    api.secret = left
    all.say({ type: 'revoked', streams: names })
  }
  return { ...all, api, shown, other, revoke, taken }
}

describe('a stream that is withdrawn', () => {
  it('takes what is on screen away at once, and has fetched what may be seen instead', async () => {
    const { shown, revoke } = await setUpShown()
    revoke({ left: 'what is left' })
    expect(shown.state).toMatchObject({ data: undefined, status: 'pending', dataUpdatedAt: 0 })
    await pass(0)
    expect(shown.data).toBeUndefined()
    await pass(5_000)
    expect(shown.data).toBe('what is left')
    expect(shown.begun).toHaveLength(2)
  })

  it('leaves a failure on screen, where the server has nothing to say any more', async () => {
    const { shown, revoke } = await setUpShown()
    revoke()
    await pass(60_000)
    expect(shown.state).toMatchObject({ data: undefined, status: 'error' })
    expect(shown.begun).toHaveLength(2)
  })

  it('removes queries that nobody looks at', async () => {
    const { queryClient, shown, revoke } = await setUpShown()
    shown.stop()
    revoke()
    expect(queryClient.getQueryCache().find({ queryKey: secret })).toBeUndefined()
    await pass(60_000)
    expect(shown.begun).toHaveLength(1)
  })

  it('leaves the queries of other streams alone', async () => {
    const { other, revoke } = await setUpShown()
    const renders = other.renders
    revoke()
    await pass(60_000)
    expect(other.data).toBe('open')
    expect(other.begun).toHaveLength(1)
    expect(other.renders).toBe(renders)
  })

  it('is told to the app with the keys, once, to remove its copies', async () => {
    const { revoke, taken } = await setUpShown()
    revoke()
    await pass(5_000)
    expect(taken).toEqual([[secret]])
  })

  it('and feeds nothing is told to nobody', async () => {
    const { revoke, taken, shown, other } = await setUpShown()
    revoke({ names: ['tenant:3'] })
    await pass(5_000)
    expect(taken).toEqual([])
    expect([shown.data, other.data]).toEqual(['secret', 'open'])
  })

  it('is looked up by pattern', async () => {
    const { revoke, taken } = await setUpShown({ streams: { 'tenant:*': [secret], [own]: [open] } })
    revoke()
    expect(taken).toEqual([[secret]])
  })

  it('takes away what names it in its own `meta`, whatever the table says', async () => {
    const { queryClient, revoke, taken } = await setUpShown({ streams: { 'tenant:1': [['none']] } })
    show(queryClient, ['mine'], () => 1, { meta: { realtime: { streams: ['tenant:1'] } } })
    await pass(3_000)
    revoke()
    expect(taken).toEqual([[['mine']]])
  })

  it('where nothing says what feeds which query has all of them fetched, and takes none away', async () => {
    const { realtime, queryClient, say } = await setUp({ rules })
    const shown = show(queryClient, secret, () => 'secret')
    await pass(3_000)
    say({ type: 'revoked', streams: ['tenant:1'] })
    expect(shown.data).toBe('secret')
    expect(realtime.liveStatus(queryClient, secret).getSnapshot()).toBe('stale')
    await pass(5_000)
    expect(shown.begun).toHaveLength(2)
  })
})

describe('what was withdrawn does not come back', () => {
  it('by a fetch that was under way', async () => {
    const { shown, api, revoke } = await setUpShown()
    api.secret = 'newer secret'
    void shown.observer.refetch()
    await pass(10)
    revoke()
    await pass(5_000)
    expect(shown.state).toMatchObject({ data: undefined, status: 'error' })
    expect(shown.seen).toEqual(['secret'])
  })

  it('by a first fetch that was under way', async () => {
    const { queryClient, shown, revoke } = await setUpShown()
    let answer: string | Error = 'secret'
    const late = show(queryClient, [...secret, 'late'], () => answer)
    await pass(10)
    answer = new Error('403')
    revoke()
    await pass(5_000)
    expect(late.seen).toEqual([])
    expect(shown.seen).toEqual(['secret'])
  })

  it('by events that came during a fetch', async () => {
    const { shown, happens, revoke } = await setUpShown()
    void shown.observer.refetch()
    await pass(10)
    await happens('told', { word: 'newest secret' }, { stream: 'tenant:1' })
    revoke({ left: 'what is left' })
    await pass(60_000)
    expect(shown.data).toBe('what is left')
    expect(shown.seen).toEqual(['secret', 'newest secret', 'what is left'])
  })

  it('for being newer than what the server has left', async () => {
    const { queryClient, say, happens } = await setUp({
      streams,
      rules: {
        told: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(secret, payload, { version: ({ version }) => version }),
      },
    })
    let truth: Goal = { id: 1, name: 'secret', version: 5 }
    const shown = show(queryClient, secret, () => truth)
    await pass(3_000)
    await happens('told', { name: 'newest secret', version: 6 }, { stream: 'tenant:1' })
    truth = { id: 1, name: 'what is left', version: 1 }
    say({ type: 'revoked', streams: ['tenant:1'] })
    await pass(5_000)
    expect(shown.data).toEqual(truth)
  })

  it('by events that the answer of an API that lags does not hold yet', async () => {
    const { queryClient, say, happens, server } = await setUp({ rules, streams })
    let truth = 'secret'
    const asOf = () => encodeAsOf({ 'tenant:1': { epoch: server.hub.epoch, seq: 0 } })
    const shown = show(queryClient, secret, () => truth, { asOf })
    await pass(3_000)
    await happens('told', { word: 'newest secret' }, { stream: 'tenant:1' })
    truth = 'what is left'
    say({ type: 'revoked', streams: ['tenant:1'] })
    await pass(3_000)
    expect(shown.seen).toEqual(['secret', 'newest secret', 'what is left'])
  })

  it('by a patch that waits to be confirmed', async () => {
    const { shown, happens, revoke } = await setUpShown()
    await happens('told', { word: 'newest secret' }, { stream: 'tenant:1' })
    revoke()
    await pass(20_000)
    // The first, and the one that found nothing.
    expect(shown.begun).toHaveLength(2)
    expect(shown.state.data).toBeUndefined()
  })

  it('by events that waited for their flush', async () => {
    const { shown, publish, revoke } = await setUpShown()
    publish('other')
    publish('told', { word: 'newest secret' }, { stream: 'tenant:1' })
    await pass(0)
    revoke()
    await pass(60_000)
    expect(shown.state.data).toBeUndefined()
  })

  it('by a query of the same key that is made again', async () => {
    const { queryClient, shown, happens, revoke } = await setUpShown()
    await happens('told', { word: 'newest secret' }, { stream: 'tenant:1' })
    shown.stop()
    revoke()
    const again = show(queryClient, secret, () => 'what is left')
    await pass(60_000)
    expect(again.seen).toEqual(['what is left'])
  })

  it('and a change of another query meanwhile is not lost', async () => {
    const { other, happens, revoke } = await setUpShown()
    void other.observer.refetch()
    await pass(10)
    await happens('toldOpenly', { word: 'new' }, { stream: 'tenant:2' })
    revoke()
    await pass(60)
    expect(other.seen).toEqual(['open', 'new'])
  })
})

describe('a subscription that is forbidden', () => {
  const refOf = ({ server }: Awaited<ReturnType<typeof setUpShown>>) =>
    server.received.find((frame) => frame.type === 'subscribe')?.id

  it('and was in effect takes everything of it away', async () => {
    const all = await setUpShown()
    all.api.secret = new Error('403')
    all.say({ type: 'error', code: 'FORBIDDEN', message: 'no', retryable: false, ref: refOf(all) })
    expect([all.shown.state.data, all.other.state.data]).toEqual([undefined, undefined])
    expect(all.taken).toEqual([[secret, open]])
    await pass(5_000)
    expect(all.shown.state.status).toBe('error')
  })

  it('and never was takes nothing away', async () => {
    const all = await setUpShown({ isJoined: false })
    all.bind()
    all.server.mute()
    all.connect()
    await pass(100)
    all.say({ type: 'error', code: 'FORBIDDEN', message: 'no', retryable: false, ref: 's1' })
    await pass(100)
    expect(all.shown.data).toBe('secret')
    expect(all.taken).toEqual([])
  })
})

describe('a renewed token that allows less', () => {
  it('takes away what the old one had allowed, from end to end', async () => {
    const expiresAt = Date.now() + 100_000
    const tokens = ['old', 'new']
    const { shown, other, taken, api } = await setUpShown({
      getToken: () => tokens.shift() ?? 'new',
      serverOptions: {
        verify: (token) =>
          token === 'old'
            ? { subject: 'ada', streams: ['tenant:1', 'tenant:2'], expiresAt }
            : { subject: 'ada', streams: ['tenant:2'] },
      },
    })
    api.secret = new Error('403')
    await pass(100_000)
    expect(taken).toEqual([[secret]])
    expect(shown.state).toMatchObject({ data: undefined, status: 'error' })
    expect(other.data).toBe('open')
  })
})
