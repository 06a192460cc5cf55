// Watches a page without changing what it does: commits, long tasks, when a value was painted, when the rows are right.
import { rowId } from '../../events/event.ts'
import { isWatched } from '../setup.ts'

export const counters = {
  renders: 0,
  longestTaskMs: 0,
  overflows: 0,
  fetchesBegunAt: [] as number[],
  changesMs: [] as number[],
}

export const countRender = () => void counters.renders++

export function watchTasks() {
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) counters.longestTaskMs = Math.max(counters.longestTaskMs, duration)
  }).observe({ type: 'longtask' })
}

const cellOf = (row: number) => document.getElementById(rowId(row))

/** Rows that show anything else. */
export function countStale(values: readonly number[]): number {
  return values.filter((value, row) => cellOf(row)?.textContent !== String(value)).length
}

/** Calls `changed` in the microtask after any of these cells has another text. */
export function watchCells(rows: readonly number[], changed: (texts: readonly string[]) => void): MutationObserver {
  const observer = new MutationObserver((records) => changed(records.map(({ target }) => target.textContent ?? '')))
  for (const row of rows) {
    const cell = cellOf(row)
    if (cell !== null) observer.observe(cell, { characterData: true, childList: true, subtree: true })
  }
  return observer
}

/**
 * Tells when the values of the watched rows were painted. The task that was asked for in the last callback of a frame is the
 * first after its paint; what others change in callbacks of their own is painted in that very frame.
 */
export function watchPaint(rows: number, painted: (values: readonly number[], at: number) => void) {
  const askFrame = globalThis.requestAnimationFrame.bind(globalThis)
  const channel = new MessageChannel()
  const painting: number[][] = []
  let changed: number[] = []

  channel.port1.addEventListener('message', () => painted(painting.shift() ?? [], performance.now()))
  channel.port1.start()
  function endFrame() {
    if (changed.length === 0) return
    painting.push(changed)
    changed = []
    channel.port2.postMessage(null)
  }
  globalThis.requestAnimationFrame = (callback) => {
    const id = askFrame(callback)
    // After it, in the same frame.
    askFrame(endFrame)
    return id
  }
  const watched = Array.from({ length: rows }, (_, row) => row).filter(isWatched)
  watchCells(watched, (texts) => {
    if (changed.length === 0) askFrame(endFrame)
    changed.push(...texts.map(Number))
  })
}
