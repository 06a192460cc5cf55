// The bookings room of the demo: what may become of a booking, what is told of it, and that a page which only listens holds what
// the API answers.
import { DatabaseSync } from 'node:sqlite'
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { createRealtime } from 'livecache'
import { createTestServer } from 'livecache/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Action, Booking, BookingChange, Entry } from '../../demo/rooms/bookings/booking.ts'
import { maxMoves, maxOpen, maxPast } from '../../demo/rooms/bookings/bookings-store.ts'
import { createBookings } from '../../demo/rooms/bookings/server.ts'
import { actions, actionsFor, isPast } from '../../demo/rooms/bookings/status-machine.ts'
import type { RoomEvent } from '../../demo/server/room.ts'

const now = Date.parse('2026-11-09T13:07:00Z')
const stream = 'tenant:kestrel:bookings'

beforeEach(() => void vi.useFakeTimers({ now }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** The room over a database in memory. @param options.publish sees each event as it is told */
function open({ database = new DatabaseSync(':memory:'), publish = (_event: RoomEvent) => {} } = {}) {
  const told: RoomEvent[] = []
  const room = createBookings({
    database,
    publish(event) {
      told.push(event)
      publish(event)
    },
  })
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who calls knows what is answered
  function call<Answer>(address: string, body: Record<string, unknown> = {}, by = 'adaeze', mutationId = 'm1') {
    const [method = '', path = ''] = address.split(' ')
    const [, id, rest] = path.split('/').slice(1)
    const route = `${method} /bookings${id === undefined ? '' : '/:id'}${rest === undefined ? '' : `/${rest}`}`
    const params: Record<string, string> = id === undefined ? {} : { id }
    return room.routes[route]!({
      params,
      query: new URLSearchParams(),
      body,
      by,
      origin: { clientId: 'page', mutationId },
    }) as Answer
  }
  const bookings = () => call<Booking[]>('GET /bookings')
  const first = (status: Booking['status']) => bookings().find((booking) => booking.status === status)!
  const act = (id: string, action: Action, by?: string) => call<BookingChange>(`PATCH /bookings/${id}`, { action }, by)
  const history = (id: string) => call<Entry[]>(`GET /bookings/${id}/history`)
  return { room, told, call, bookings, first, act, history, database }
}

const walkIn = { guest: 'Zainab Lawal', service: 'dinner', party: 2, startsAt: '2026-11-09T18:00:00Z' }

describe('the book', () => {
  it('opens on an ordinary day, by the time bookings begin, and stays as it is when opened again', () => {
    const { database, bookings, told, history } = open()
    const list = bookings()
    expect(list.length).toBeGreaterThan(35)
    expect(list.map(({ startsAt }) => startsAt)).toEqual(list.map(({ startsAt }) => startsAt).toSorted())
    expect(new Set(list.map(({ status }) => status)).size).toBe(6)
    for (const { id, version, updatedAt, createdAt } of list) {
      const [last] = history(id)
      expect(last).toMatchObject({ version, at: updatedAt })
      expect(Date.parse(updatedAt)).toBeLessThan(now)
      expect(createdAt <= updatedAt).toBe(true)
    }
    expect(open({ database }).bookings()).toEqual(list)
    expect(told).toEqual([])
  })

  it('opens on a new day where it was closed for long', () => {
    const { database } = open()
    vi.setSystemTime(now + 30 * 86_400_000)
    const later = open({ database })
    expect(later.bookings().length).toBeGreaterThan(35)
    expect(later.first('requested').startsAt > '2026-12').toBe(true)
  })
})

describe('what may become of a booking', () => {
  it('goes the way of the status machine, each step with its line of history', () => {
    const { act, first, history } = open()
    const { id } = first('requested')
    for (const [action, status] of [
      ['confirm', 'confirmed'],
      ['check-in', 'checked-in'],
      ['complete', 'completed'],
    ] as const) {
      expect(act(id, action).booking.status).toBe(status)
    }
    expect(history(id).map(({ what, by, version }) => [what, by.id, version])).toEqual([
      ['complete', 'adaeze', 4],
      ['check-in', 'adaeze', 3],
      ['confirm', 'adaeze', 2],
      ['request', 'guest', 1],
    ])
  })

  it('takes nothing that its status does not allow, and is then as it was', () => {
    const { act, bookings, history, told } = open()
    for (const booking of bookings()) {
      for (const action of actions.filter((candidate) => !actionsFor(booking.status).includes(candidate))) {
        expect(() => act(booking.id, action)).toThrow(expect.objectContaining({ status: 409 }))
      }
      expect(history(booking.id)[0]!.version).toBe(booking.version)
    }
    expect(told).toEqual([])
  })

  it('says who was faster', () => {
    const { act, first, call } = open()
    const { id } = first('requested')
    act(id, 'decline', 'lena')
    expect(() => act(id, 'confirm')).toThrow('Lena Vogt has already declined it.')
    expect(() => act(id, 'confirm', 'lena')).toThrow('You have already declined it in another window.')
    expect(() => act(first('requested').id, 'check-in')).toThrow('It has to be confirmed first.')
    expect(() => act('none', 'confirm')).toThrow(expect.objectContaining({ status: 404 }))
    expect(() => call(`PATCH /bookings/${id}`, { action: 'burn' })).toThrow(expect.objectContaining({ status: 422 }))
  })

  it('moves to another time only for who saw the last one, and not for ever', () => {
    const { first, call } = open()
    const { id, startsAt, version } = first('confirmed')
    const hour = (hours: number) => new Date(Date.parse('2026-11-10T09:00:00Z') + hours * 3_600_000).toISOString()
    const move = (to: string, from: string, by = 'adaeze') =>
      call<BookingChange>(`PATCH /bookings/${id}`, { startsAt: to, from }, by)
    expect(move(hour(0), startsAt, 'lena').booking).toMatchObject({ startsAt: hour(0), version: version + 1 })
    expect(() => move(hour(1), startsAt)).toThrow('Lena Vogt has moved it meanwhile. Look at the new time first.')
    for (let time = 1; time < maxMoves; time++) move(hour(time), hour(time - 1))
    expect(() => move(hour(9), hour(maxMoves - 1))).toThrow('Cancel it and make a new booking.')
    expect(() => move('soon', startsAt)).toThrow('Give a day and a time.')
    expect(() => move('2036-01-01T00:00:00Z', startsAt)).toThrow('within a year')
    expect(() => call(`PATCH /bookings/${first('completed').id}`, { startsAt: hour(1), from: hour(0) })).toThrow(
      'already completed it',
    )
  })

  it('is written down confirmed for a walk-in, if there is room', () => {
    const { call, bookings } = open()
    expect(call<BookingChange>('POST /bookings', walkIn).booking).toMatchObject({
      status: 'confirmed',
      price: { amount: 110_000, currency: 'NGN' },
      endsAt: '2026-11-09T20:00:00.000Z',
    })
    for (const [change, sentence] of [
      [{ party: 9 }, 'Dinner table has room for 8 people.'],
      [{ party: 0 }, 'Give how many people come.'],
      [{ service: 'desk' }, 'Desk for a day has room for one person.'],
      [{ service: 'moon' }, '"service" has to be one of'],
      [{ guest: ' ' }, 'Give a guest.'],
    ] as const) {
      expect(() => call('POST /bookings', { ...walkIn, ...change })).toThrow(sentence)
    }
    while (bookings().filter(({ status }) => !isPast(status)).length < maxOpen) call('POST /bookings', walkIn)
    expect(() => call('POST /bookings', walkIn)).toThrow('The book is full.')
  })
})

describe('what is told', () => {
  it('is committed by then, the same that is answered, and says whose change it was', () => {
    const seen: unknown[] = []
    const { act, first, told, database } = open({
      publish({ payload }) {
        const { booking } = payload as BookingChange
        seen.push([database.isTransaction, find(booking.id)])
      },
    })
    const find = (id: string) => database.prepare('SELECT status FROM bookings_book WHERE id = ?').get(id)
    const answer = act(first('requested').id, 'confirm')
    expect(seen).toEqual([[false, { status: 'confirmed' }]])
    expect(told).toEqual([
      {
        type: 'booking.status_changed',
        payload: answer,
        stream,
        entity: { type: 'booking', id: answer.booking.id, version: 2 },
        origin: { clientId: 'page', mutationId: 'm1' },
      },
    ])
  })

  it('comes on the one stream that all may read', () => {
    expect(open().room.streams('lena')).toEqual([stream])
  })
})

describe('what happens by itself', () => {
  it('is of every kind, and keeps the book within its bounds', () => {
    const { room, told, bookings } = open()
    for (let count = 0; count < 1_200; count++) {
      vi.advanceTimersByTime(150_000)
      room.happen()
      const past = bookings().filter(({ status }) => isPast(status)).length
      expect(past).toBeLessThanOrEqual(maxPast)
      expect(bookings().length - past).toBeLessThan(maxOpen / 2)
    }
    const kinds = new Set(
      told.map(({ type, payload }) => `${type} ${(payload as Partial<BookingChange>).booking?.status ?? ''}`.trim()),
    )
    expect([...kinds].toSorted()).toEqual([
      'booking.created requested',
      'booking.removed',
      'booking.rescheduled confirmed',
      'booking.status_changed cancelled',
      'booking.status_changed checked-in',
      'booking.status_changed completed',
      'booking.status_changed confirmed',
      'booking.status_changed no-show',
    ])
    // Each event tells of something that nobody was told before.
    const versions = told.flatMap(({ entity }) =>
      entity?.version === undefined ? [] : [`${entity.id} ${entity.version}`],
    )
    expect(new Set(versions).size).toBe(versions.length)
  }, 30_000)

  it('leaves no history of what left the book', () => {
    const { room, told, history, database } = open()
    while (!told.some(({ type }) => type === 'booking.removed')) {
      vi.advanceTimersByTime(150_000)
      room.happen()
    }
    const gone = told.find(({ type }) => type === 'booking.removed')!
    expect(history(gone.entity!.id)).toEqual([])
    const lost = 'SELECT count(*) AS lost FROM bookings_history WHERE bookingId NOT IN (SELECT id FROM bookings_book)'
    expect(database.prepare(lost).get()).toEqual({ lost: 0 })
  })
})

describe('a page that listens', () => {
  it('holds what the API answers, whatever happens and whoever changes what', async () => {
    vi.stubGlobal('location', { search: '' })
    const { bookingsRealtime } = await import('../../demo/rooms/bookings/realtime.ts')
    const { bookingsQuery, historyQuery } = await import('../../demo/rooms/bookings/queries.ts')
    const server = createTestServer()
    const { room, act, call, bookings, history } = open({ publish: (event) => void server.publish(event) })
    const { events, rules, streams } = bookingsRealtime
    const realtime = createRealtime({ transports: [server.transport], events, rules, streams, fallbackMs: Infinity })
    const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
    const unbind = realtime.bindQueryClient(queryClient)
    const letGo = realtime.hold()
    await vi.advanceTimersByTimeAsync(20)

    let fetches = 0
    const watch = (queryKey: readonly unknown[], read: () => unknown) =>
      new QueryObserver(queryClient, {
        queryKey,
        queryFn: () => {
          fetches++
          return read()
        },
      }).subscribe(() => {})
    const watched = bookings().map(({ id }) => id)
    const undos = [
      watch(bookingsQuery.queryKey, bookings),
      ...watched.map((id) => watch(historyQuery(id).queryKey, () => history(id))),
    ]
    await vi.advanceTimersByTimeAsync(20)
    const begun = fetches

    for (let step = 0; step < 400; step++) {
      await vi.advanceTimersByTimeAsync(90_000)
      if (step % 5 === 1) call('POST /bookings', walkIn)
      const some = bookings()[(step * 7) % bookings().length]!
      const [action] = actionsFor(some.status)
      if (step % 3 === 1 && action !== undefined) act(some.id, action, 'lena')
      room.happen()
      await vi.advanceTimersByTimeAsync(50)
      expect(queryClient.getQueryData(bookingsQuery.queryKey)).toEqual(bookings())
    }
    await vi.advanceTimersByTimeAsync(5_000)
    expect(queryClient.getQueryData(bookingsQuery.queryKey)).toEqual(bookings())
    for (const id of watched) expect(queryClient.getQueryData(historyQuery(id).queryKey)).toEqual(history(id))
    // Each event said it all: nothing was asked for again.
    expect(fetches).toBe(begun)

    for (const undo of [...undos, unbind, letGo]) undo()
    realtime.dispose()
    server.hub.close()
    queryClient.clear()
  })
})
