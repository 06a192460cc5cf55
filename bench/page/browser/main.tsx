// The page that is measured. Whoever measures it calls what it puts on its window.
// The first, since React looks for it when it is loaded.
import { commits } from './commits.ts'
import { notifyManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { lastValues } from '../../events/event.ts'
import type { Awaited, Outcome, PageControl, Setup } from '../setup.ts'
import { configureApi, serverNow, setClock } from './api.ts'
import { FeedOf, received, times } from './feeds.tsx'
import { Rows } from './rows.tsx'
import { countStale, counters, watchCells, watchPaint, watchTasks } from './watch.ts'

declare global {
  interface Window {
    page: PageControl
  }
}

const queryClient = new QueryClient()
const paintedValues: [number, number][] = []
let rowCount = 0
let isRaw = false
let parsed = 0
let awaited: Awaited = { events: Infinity, waitsForDeadline: false, deadlineMs: 0 }
let deadlineAt = 0
let receivedBefore = 0
let end = (_at: number) => {}
let ended: Promise<number> = new Promise(() => {})

function onParsed(events: number) {
  parsed += events
  if (parsed >= awaited.events) end(performance.now())
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 10))
async function until(isTrue: () => boolean) {
  while (!isTrue()) await turn()
}

/** Nothing is fetched, nor is it to be: having joined, livecache fetches within two seconds what it may have missed. */
const isQuiet = () =>
  queryClient.isFetching() === 0 &&
  queryClient
    .getQueryCache()
    .getAll()
    .every(({ state }) => !state.isInvalidated)

async function start(setup: Setup) {
  const { column, effect, rows, topology, apiMs } = setup
  rowCount = rows
  isRaw = column.feed === 'raw'
  times.changes = rows > 1_000
  if (column.sameFrame) notifyManager.setScheduler(queueMicrotask)
  const passesSignal = effect.kind === 'invalidate' && effect.way === 'signal'
  configureApi({ url: setup.url.replace(/^ws/, 'http'), rows, passesSignal })
  await setClock()

  const root = createRoot(document.body.appendChild(document.createElement('main')))
  const app = (feed: boolean) => (
    <QueryClientProvider client={queryClient}>
      <Rows topology={topology} rows={rows} />
      {feed && <FeedOf setup={setup} onOpen={onOpen} onParsed={onParsed} />}
    </QueryClientProvider>
  )
  let isOpen = false
  const onOpen = () => void (isOpen = true)
  root.render(app(false))
  const initial = lastValues(0, rows)
  await until(() => isQuiet() && countStale(initial) === 0)
  watchPaint(rows, (values, at) => paintedValues.push(...values.map((value): [number, number] => [value, at])))
  root.render(app(true))
  await until(() => isOpen && isQuiet())
  configureApi({ delayMs: apiMs })
  // What the start has left to be done is not measured.
  await new Promise((resolve) => setTimeout(resolve, 200))
  watchTasks()
}

function expect(next: Awaited) {
  awaited = next
  parsed = 0
  paintedValues.length = 0
  Object.assign(counters, { renders: 0, longestTaskMs: 0, overflows: 0 })
  counters.fetchesBegunAt.length = 0
  counters.changesMs.length = 0
  commits.count = 0
  ended = new Promise((resolve) => (end = resolve))
  receivedBefore = received.count()
  deadlineAt = performance.now() + next.deadlineMs
  setTimeout(() => end(performance.now()), next.deadlineMs)
  if (!isRaw && !next.waitsForDeadline) watchEnd(next.events)
}

/** The row of the last event shows it after all others show theirs; where not, it is asked again until the deadline. */
function watchEnd(events: number) {
  const check = (): void => {
    const at = performance.now()
    if (isRight()) end(at)
    else setTimeout(check, 50)
  }
  const observer = watchCells([events % rowCount], (texts) => {
    if (!texts.includes(String(events))) return
    observer.disconnect()
    check()
  })
}

const staleRows = () => (isRaw ? 0 : countStale(lastValues(awaited.events, rowCount)))
// `received.count()` grows by one with each; Infinity less Infinity is no number, and no objection.
const isRight = () => staleRows() === 0 && !(received.count() - receivedBefore < awaited.events)

/** When it ended, and nothing was wrong a little later: by then what was changed last is painted too. */
async function settled(): Promise<number> {
  let at = await ended
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (awaited.waitsForDeadline || isRight() || performance.now() > deadlineAt) return at
    await until(() => isRight() || performance.now() > deadlineAt)
    at = performance.now()
  }
}

async function outcome(): Promise<Outcome> {
  const endedAt = serverNow(await settled())
  return {
    endedAt,
    staleRows: staleRows(),
    commits: commits.count,
    renders: counters.renders,
    longestTaskMs: counters.longestTaskMs,
    overflows: counters.overflows,
    painted: paintedValues.map(([value, at]) => [value, serverNow(at)]),
    fetchesBegunAt: counters.fetchesBegunAt,
    changesMs: counters.changesMs,
  }
}

window.page = { start, expect, outcome, quiet: () => until(isQuiet) }
