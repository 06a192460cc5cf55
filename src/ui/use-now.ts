'use client'
import { useMemo, useSyncExternalStore } from 'react'
import { systemClock } from '../base/clock.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'

/**
 * The time, in epoch ms, anew every `everyMs`; all users of one interval share one timer. Null on the server and while
 * hydrating, so that no text depends on when it was rendered, and while it is not wanted. @param everyMs null: not wanted
 */
export function useNow(everyMs: number | null): number | null {
  const ticker = useMemo(() => (everyMs === null ? stopped : tickerOf(everyMs)), [everyMs])
  return useSyncExternalStore(ticker.subscribe, ticker.getSnapshot, nothing)
}

interface Ticker {
  subscribe(listener: () => void): Undo
  getSnapshot(): number | null
}

const nothing = () => null
const stopped: Ticker = { subscribe: () => () => {}, getSnapshot: nothing }

const tickers = new Map<number, Ticker>()

function tickerOf(everyMs: number): Ticker {
  const known = tickers.get(everyMs) ?? createTicker(everyMs)
  tickers.set(everyMs, known)
  return known
}

function createTicker(everyMs: number): Ticker {
  const ticks = createEmitter<void>(throwLater)
  let now = systemClock.now()
  let scope: Scope | null = null

  function tick() {
    now = systemClock.now()
    scope?.timeout(tick, everyMs)
    ticks.emit()
  }

  return {
    getSnapshot: () => now,
    subscribe(listener) {
      const off = ticks.on(listener)
      if (scope === null) {
        scope = createScope(systemClock)
        tick()
      }
      return () => {
        off()
        if (ticks.size > 0) return
        scope?.dispose()
        scope = null
      }
    },
  }
}
