// When a test has waited long enough: what is on its way has come, what was to be fetched is fetched, and nothing has to be guessed in ms.
import type { QueryClient } from '@tanstack/react-query'
import { RealtimeError } from '../base/errors.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import { fakeTimers } from './macrotask.ts'
import type { Timeline, Timer } from './test-clock.ts'

export interface SettleOptions {
  timeline: Timeline
  client: RealtimeClient
  /** Those whose fetches are waited for. */
  queryClients: () => Iterable<QueryClient>
  /** Whether the server answers: else nobody waits for it. */
  answers: () => boolean
}

/** A client's timer that is no longer than this brings an event further, in ms. Acks, heartbeats and limits are longer. */
const deliveryMs = 250
/** A fetch for an event waits so long at most for the last one to be a second ago, in ms. One that only confirms waits longer. */
const refetchMs = 1_000
/** Once all is quiet, components may wait so long for what they show, in ms: a word stays a second at least. */
const pageMs = 1_000
/** How far the clock is moved at most, in ms. */
const maxMs = 120_000
/** How long real work (a fetch, a token) may take, in ms. */
const patienceMs = 1_000
/** Under fake timers time moves in such steps while a fetch waits, in ms. */
const fakeStepMs = 10

/** Moves the clock until nothing is pending that matters. Rejects with `not-settled` where that does not come. */
export async function settle({ timeline, client, queryClients, answers }: SettleOptions): Promise<void> {
  const until = timeline.now() + maxMs
  let patience = patienceMs
  let pageUntil: number | null = null

  /** The ladder is climbed to the end where there is somebody at its top. */
  const comesBack = () => answers() && ['reconnecting', 'suspended'].includes(client.getState().name)
  const matters = ({ owner, ms }: Timer) =>
    owner === 'network' ||
    owner === 'test' ||
    (owner === 'client' && (ms <= deliveryMs || comesBack())) ||
    (owner === 'cache' && ms <= refetchMs)

  for (;;) {
    await timeline.pause()
    const due = timeline.next(matters)
    const going = due === null ? goingOn(client, queryClients(), answers()) : []
    if (due !== null && due.at <= until) await timeline.runUntil(due.at)
    else if (due !== null) throw notSettled(`after ${maxMs / 1_000} s by its clock there is more to come`)
    else if (going.length > 0) {
      if (patience <= 0) throw notSettled(`after ${patienceMs / 1_000} s ${going.join(', ')}`)
      patience -= await waitForIt(timeline)
    } else {
      const lastAt = (pageUntil ??= timeline.now() + pageMs)
      const shown = timeline.next(({ owner, at }) => owner === 'page' && at <= lastAt)
      if (shown === null) return
      await timeline.runUntil(shown.at)
    }
  }
}

/** @returns the ms it took, about */
async function waitForIt(timeline: Timeline): Promise<number> {
  // Each pause takes a millisecond at least, and the next one is at hand.
  if (fakeTimers() === null) return 1
  // What a faked timer holds up comes only if it is moved.
  await timeline.runUntil(timeline.now() + fakeStepMs)
  return fakeStepMs
}

/** What is begun and takes no timer of ours to end, each in words. */
function goingOn(client: RealtimeClient, queryClients: Iterable<QueryClient>, answers: boolean): string[] {
  const { state, subscriptions, publishing } = client.inspect()
  const isUp = state.name === 'connected'
  const going: string[] = []
  if (answers && (state.name === 'connecting' || state.name === 'authenticating'))
    going.push(`the link is ${state.name}`)
  if (answers && isUp)
    for (const { spec, status } of subscriptions)
      if (status === 'pending') going.push(`the subscription to ${spec.events.join(', ')} has no answer`)
  if (answers && isUp && publishing > 0) going.push(`what was published (${publishing}) has no answer`)
  for (const queryClient of queryClients) {
    for (const { queryKey } of queryClient.getQueryCache().findAll({ fetchStatus: 'fetching' }))
      going.push(`the query ${JSON.stringify(queryKey)} is being fetched`)
    for (const { state: mutation } of queryClient.getMutationCache().getAll())
      if (mutation.status === 'pending' && !mutation.isPaused) going.push('a mutation is running')
  }
  return going
}

const notSettled = (what: string) =>
  new RealtimeError(
    'not-settled',
    `settle() waited, and ${what}, so what the test looks at next may still change. If that is meant, such as a query that never answers, move the clock by hand: await clock.advance(ms).`,
  )
