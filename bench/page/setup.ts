// What a page is told to be, by whoever measures it, and what it tells of itself afterwards.
import type { Form } from '../events/event.ts'

/** How rows get at their item: by props of one list, by a selector on one list each, or by a query each. */
export type Topology = 'list' | 'select' | 'entities'

/** What is between the socket and the rows. */
export type Feed =
  | 'raw'
  | 'raw-dom'
  | 'naive'
  | 'react-use-websocket lastJsonMessage'
  | 'react-use-websocket onMessage'
  | 'partysocket'
  | 'socket.io-client'
  | 'centrifuge'
  | 'livecache'

/** What an event does: change its row, or have the list fetched again. */
export type Effect =
  | { readonly kind: 'change' }
  | { readonly kind: 'invalidate'; readonly way: 'default' | 'signal' | 'no-cancel' | 'gap-33' }

export interface Column {
  readonly name: string
  readonly feed: Feed
  readonly form: Form
  readonly perMessage: number
  /** livecache's option of the same name. */
  readonly acks?: 'off'
  /** The page notifies in the microtask of the change, by `notifyManager.setScheduler`. */
  readonly sameFrame?: boolean
}

export interface Setup {
  readonly column: Pick<Column, 'feed' | 'form' | 'acks' | 'sameFrame'>
  readonly topology: Topology
  readonly rows: number
  readonly effect: Effect
  /** How long the API takes to answer, in ms. */
  readonly apiMs: number
  /** Of the server, ending in a slash. */
  readonly url: string
}

/** What the page waits for. */
export interface Awaited {
  readonly events: number
  /** Not for the rows to be right. */
  readonly waitsForDeadline: boolean
  /** When it stops waiting, in ms. */
  readonly deadlineMs: number
}

/** The times are the server's. */
export interface Outcome {
  /** When the last row that was sent showed it; with raw, when the last event was parsed. */
  readonly endedAt: number
  /** Rows that show another value than the last one sent. */
  readonly staleRows: number
  readonly commits: number
  readonly renders: number
  /** In ms; 0 where none was longer than 50. */
  readonly longestTaskMs: number
  /** How often livecache gave up its queue, which collapses into a fetch. */
  readonly overflows: number
  /** Values of the rows that are watched, and when each was painted. */
  readonly painted: readonly (readonly [value: number, at: number])[]
  /** When the app began each fetch of the list since the page was ready. */
  readonly fetchesBegunAt: readonly number[]
  /** How long each change of the cache took, in ms. */
  readonly changesMs: readonly number[]
}

/** What a page puts on its window. */
export interface PageControl {
  start(setup: Setup): Promise<void>
  expect(awaited: Awaited): void
  outcome(): Promise<Outcome>
  /** Settles once nothing is fetched any more. */
  quiet(): Promise<void>
}

/** Of every ten rows the latency of one is watched. */
export const isWatched = (row: number): boolean => row % 10 === 3
