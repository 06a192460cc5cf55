// A room of the workspace, as the server sees it: its addresses, its streams, and what happens in it by itself.
import type { DatabaseSync } from 'node:sqlite'
import type { Origin } from './api.ts'
import type { Body } from './body.ts'

export interface RoomEvent {
  type: string
  payload: unknown
  /** One of the room's streams. */
  stream: string
  entity?: { type: string; id: string; version?: number }
  origin?: Origin
  /** ISO 8601. @default now */
  time?: string
}

export interface RoomContext {
  database: DatabaseSync
  /** Tells what was committed; never what may still be taken back. */
  publish(event: RoomEvent): void
}

export interface RoomCall {
  /** What stands in the places of `:id` and the like. */
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  body: Body
  /** The id of the person who asks. */
  by: string
  /** To be published along, so that a page knows its own echo. */
  origin: Origin
}

export interface Room {
  /**
   * `GET /payments/transactions`, `POST /payments/wallets/:id/freeze`; each begins with the room's name. What a GET answers has
   * to be in the database by then; the rest publishes what it changed, and answers the same entity. Throws `ApiError`.
   */
  readonly routes: Readonly<Record<string, (call: RoomCall) => unknown>>
  /** The streams of this room that somebody may read, by name: `user:lena:payments`. No patterns. */
  streams(personId: string): readonly string[]
  /** Lets the next thing happen: called every few seconds while the teammate is at work. It must not grow the database without end. */
  happen(): void
}

export type CreateRoom = (context: RoomContext) => Room
