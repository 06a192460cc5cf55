// The rooms beside the goals: their addresses are looked up here, and their streams. Which there are is `creators`.
import type { IncomingMessage } from 'node:http'
import { createBookings } from '../rooms/bookings/server.ts'
import { createPayments } from '../rooms/payments/server.ts'
import { createSocial } from '../rooms/social/server.ts'
import { notFound } from './api-error.ts'
import type { Room, RoomCall, RoomContext, CreateRoom } from './room.ts'

const creators: Readonly<Record<string, CreateRoom>> = {
  payments: createPayments,
  bookings: createBookings,
  social: createSocial,
}

export interface Rooms {
  streams(personId: string): readonly string[]
  /** Null where the address is no room's. Throws `NOT_FOUND` where it is one's that has no such address. */
  answer(request: IncomingMessage, call: Pick<RoomCall, 'body' | 'by' | 'origin'>): RoomAnswer | null
  /** Lets something happen in one of them, in turn. */
  happen(): void
}

export interface RoomAnswer {
  status: number
  body: unknown
}

interface Address {
  method: string
  segments: readonly string[]
  handle: Room['routes'][string]
}

/** @param more rooms that are made elsewhere */
export function createRooms(context: RoomContext, more: Readonly<Record<string, Room>>): Rooms {
  const created = Object.entries(creators).map(([name, create]) => ({ name, room: create(context) }))
  const rooms = [...created, ...Object.entries(more).map(([name, room]) => ({ name, room }))]
  const addresses = rooms.flatMap(({ room }) =>
    Object.entries(room.routes).map(([route, handle]) => addressOf(route, handle)),
  )
  const names = new Set(rooms.map(({ name }) => name))
  let turn = 0

  return {
    streams: (personId) => rooms.flatMap(({ room }) => room.streams(personId)),
    answer({ method = 'GET', url = '/' }, call) {
      const { pathname, searchParams: query } = new URL(url, 'http://server')
      const segments = pathname.split('/').slice(2)
      if (!names.has(segments[0] ?? '')) return null
      const found = addresses.find((address) => address.method === method && fits(address, segments))
      if (found === undefined || segments.some((segment) => !isDecodable(segment))) throw notFound('address')
      return {
        status: method === 'POST' ? 201 : 200,
        body: found.handle({ ...call, query, params: paramsOf(found, segments) }),
      }
    },
    happen() {
      created[turn++ % created.length]?.room.happen()
    },
  }
}

function addressOf(route: string, handle: Address['handle']): Address {
  const [method = '', path = ''] = route.split(' ')
  return { method, segments: path.split('/').slice(1), handle }
}

const fits = ({ segments }: Address, given: readonly string[]) =>
  segments.length === given.length && segments.every((segment, at) => segment.startsWith(':') || segment === given[at])

const paramsOf = ({ segments }: Address, given: readonly string[]) =>
  Object.fromEntries(
    segments.flatMap((segment, at) =>
      segment.startsWith(':') ? [[segment.slice(1), decodeURIComponent(given[at]!)]] : [],
    ),
  )

function isDecodable(segment: string): boolean {
  try {
    decodeURIComponent(segment)
    return true
  } catch {
    return false
  }
}
