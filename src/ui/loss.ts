// Why nothing is pushed, as four causes that a person can tell apart, and since when.
import { notifyManager, onlineManager, type QueryClient } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import type { ConnectionState } from '../client/connection-machine.ts'
import type { Realtime } from '../query/create-realtime.ts'

/**
 * `device`: it has no network. `server`: it cannot be reached, nor did queries succeed since. `signedOut`: the server wants a new sign-in.
 * `realtime`: only what is pushed is missing; queries are answered, or the server refuses this link alone.
 */
export type LossCause = 'device' | 'server' | 'signedOut' | 'realtime'

export interface Loss {
  readonly cause: LossCause
  /** Epoch ms. */
  readonly since: number
  /** How often what is on screen is fetched meanwhile, in ms; null while it is not. */
  readonly everyMs: number | null
}

export interface LossStore {
  subscribe(listener: () => void): Undo
  /** Null while nothing is lost, or by somebody's wish. */
  getSnapshot(): Loss | null
}

/** @param now epoch ms */
export function createLoss(client: Realtime<any>, queryClient: QueryClient, now: () => number): LossStore {
  let known: Loss | null = null

  function getSnapshot(): Loss | null {
    const state = client.getState()
    const since = 'downSince' in state ? state.downSince : (known?.since ?? now())
    const cause = causeOf(state, () => queriesSucceed(queryClient, since))
    const everyMs = client.polledEveryMs()
    // The same object while it says the same, so that nobody renders for nothing.
    if (cause === null) known = null
    else if (known?.cause !== cause || known.since !== since || known.everyMs !== everyMs)
      known = { cause, since, everyMs }
    return known
  }

  return {
    getSnapshot,
    subscribe(listener) {
      let isListening = true
      const told = notifyManager.batchCalls(() => isListening && listener())
      const undos = [
        client.onState(listener),
        onlineManager.subscribe(listener),
        queryClient.getQueryCache().subscribe(({ type }) => type === 'updated' && told()),
      ]
      return () => {
        isListening = false
        for (const undo of undos) undo()
      }
    },
  }
}

/** Null while nothing is lost, or by somebody's wish. */
export function causeOf(state: ConnectionState, doQueriesSucceed: () => boolean): LossCause | null {
  switch (state.name) {
    case 'offline':
      return 'device'
    case 'unauthorized':
      return 'signedOut'
    case 'failed':
      return 'realtime'
    case 'connecting':
    case 'authenticating':
      if (state.attempt === 0) return null
      break
    case 'reconnecting':
    case 'suspended':
      break
    default:
      return null
  }
  if (!onlineManager.isOnline()) return 'device'
  return doQueriesSucceed() ? 'realtime' : 'server'
}

/** Whether the newest answer to any query since then was a good one. */
function queriesSucceed(queryClient: QueryClient, since: number): boolean {
  let good = 0
  let bad = 0
  for (const { state } of queryClient.getQueryCache().getAll()) {
    good = Math.max(good, state.dataUpdatedAt)
    bad = Math.max(bad, state.errorUpdatedAt)
  }
  return good >= since && good > bad
}
