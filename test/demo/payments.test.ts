// The room of payments: money that is never wrong, refusals in words, bounds, what is told and when; and that its events leave the
// cache of a page as a fresh look at the API would.
import { DatabaseSync } from 'node:sqlite'
import { MutationObserver, QueryClient, QueryObserver } from '@tanstack/react-query'
import { createRealtime, liveMutationOptions } from 'livecache'
import { createTestServer } from 'livecache/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change } from '../../demo/page/use-change.ts'
import { type FraudNotice, newestFirst, type Transaction, type Wallet } from '../../demo/rooms/payments/entities.ts'
import { createLedger } from '../../demo/rooms/payments/ledger.ts'
import { exactMoney, parseMoney, signedMoney } from '../../demo/rooms/payments/money.ts'
import { seededRandom } from '../../demo/rooms/payments/seed.ts'
import { createPaymentsRoom } from '../../demo/rooms/payments/server.ts'
import { openTables } from '../../demo/rooms/payments/tables.ts'
import { ApiError } from '../../demo/server/api-error.ts'
import type { RoomEvent } from '../../demo/server/room.ts'

const person = 'adaeze'
const stream = `user:${person}:payments`

function openRoom({ seed = 1, onPublish }: { seed?: number; onPublish?: (event: RoomEvent) => void } = {}) {
  const database = new DatabaseSync(':memory:')
  database.exec('PRAGMA foreign_keys = ON')
  const published: RoomEvent[] = []
  const room = createPaymentsRoom(
    {
      database,
      publish(event) {
        published.push(event)
        onPublish?.(event)
      },
    },
    seededRandom(seed),
  )
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the route answers
  const call = <Answer>(route: string, { body = {}, by = person, ...rest }: Partial<Call> = {}): Answer => {
    const [method, path = ''] = route.split(' ')
    const [, name, id, what] = /^(\/payments\/[a-z]+)(?:\/([\w-]+)\/([a-z]+))?$/.exec(path) ?? []
    const pattern = `${method} ${name}${id === undefined ? '' : `/:id/${what}`}`
    const params: Record<string, string> = id === undefined ? {} : { id }
    const origin = { clientId: 'page', ...rest }
    return room.routes[pattern]!({ params, query: new URLSearchParams(), body, by, origin }) as Answer
  }
  const wallets = (by = person) => call<Wallet[]>('GET /payments/wallets', { by })
  const transactions = (by = person) => call<Transaction[]>('GET /payments/transactions', { by })
  const notices = (by = person) => call<FraudNotice[]>('GET /payments/notices', { by })
  const wallet = (currency: string) => wallets().find((candidate) => candidate.currency === currency)!
  const transfer = (amount: number, currency = 'EUR') =>
    call<Transaction>('POST /payments/transactions', {
      body: { amount, currency, counterparty: 'Marta Kowalska', description: 'Translation' },
    })
  const ledger = createLedger(openTables(database))
  return { database, room, published, call, wallets, wallet, transactions, notices, transfer, ledger }
}

interface Call {
  body: Record<string, unknown>
  by: string
  mutationId: string
}

/** What a refusal says. */
function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.message}`
    throw error
  }
  throw new Error('it was not refused')
}

describe('the server', () => {
  it('seeds once: sixty transactions for the first two, money in three currencies, nothing out of balance', () => {
    const { database, transactions, wallets } = openRoom()
    expect([transactions().length, transactions('tunde').length]).toEqual([60, 60])
    expect(transactions('jonas').length).toBeLessThan(60)
    expect(wallets().map(({ currency }) => currency)).toEqual(['NGN', 'EUR'])
    expect(wallets('tunde').map(({ currency }) => currency)).toEqual(['NGN', 'EUR', 'USD'])
    createPaymentsRoom({ database, publish: () => {} }, Math.random)
    expect(transactions()).toHaveLength(60)
  })

  it('holds what goes out, and takes it once it has arrived; asked twice, it does it once', () => {
    const { ledger, transfer, wallet } = openRoom()
    const before = wallet('EUR')
    const { id, status } = transfer(5_000)
    expect(status).toBe('PENDING')
    expect(wallet('EUR')).toMatchObject({
      availableBalance: before.availableBalance - 5_000,
      pendingAmount: before.pendingAmount + 5_000,
      ledgerBalance: before.ledgerBalance,
    })
    expect(ledger.end(person, id, 'SUCCESS').changes).toHaveLength(2)
    expect(ledger.end(person, id, 'SUCCESS').changes).toEqual([])
    expect(ledger.end(person, id, 'REVERSED').entity.status).toBe('SUCCESS')
    expect(wallet('EUR')).toMatchObject({
      pendingAmount: before.pendingAmount,
      ledgerBalance: before.ledgerBalance - 5_000,
    })
  })

  it.each(['FAILED', 'REVERSED'] as const)('gives back what was held where it has %s', (status) => {
    const { ledger, transfer, wallet } = openRoom()
    const { availableBalance, ledgerBalance, pendingAmount } = wallet('EUR')
    ledger.end(person, transfer(5_000).id, status, 'Sent twice')
    expect(wallet('EUR')).toMatchObject({ availableBalance, ledgerBalance, pendingAmount })
  })

  it('lets money in once it has arrived, and only then', () => {
    const { ledger, wallet } = openRoom()
    const { ledgerBalance } = wallet('EUR')
    const incoming = {
      currency: 'EUR',
      direction: 'IN',
      type: 'TRANSFER',
      counterparty: 'A',
      description: 'B',
    } as const
    const [arrived, failed] = [400, 700].map((amount) => ledger.begin(person, { ...incoming, amount }).entity)
    expect(wallet('EUR').ledgerBalance).toBe(ledgerBalance)
    ledger.end(person, failed!.id, 'FAILED', 'x')
    ledger.end(person, arrived!.id, 'SUCCESS')
    expect(wallet('EUR').ledgerBalance).toBe(ledgerBalance + 400)
  })

  it('refuses in sentences, and changes nothing then', () => {
    const { call, published, transfer, transactions, wallet } = openRoom()
    const { id, availableBalance } = wallet('EUR')
    const sum = exactMoney(availableBalance, 'EUR')
    const before = transactions()
    expect(refusal(() => transfer(availableBalance + 1))).toBe(
      `409 That is more than the ${sum} available in this wallet.`,
    )
    expect(refusal(() => transfer(100, 'USD'))).toBe('409 There is no wallet in USD yet. Create it first.')
    for (const amount of [0, -5, 1.5]) expect(refusal(() => transfer(amount))).toContain('422 Give an amount')
    expect(refusal(() => transfer(100, 'GBP'))).toContain('422')
    call(`POST /payments/wallets/${id}/freeze`)
    expect(refusal(() => transfer(100))).toBe('409 The wallet in EUR is frozen. Unfreeze it to send money from it.')
    expect(refusal(() => call('POST /payments/wallets', { body: { currency: 'EUR' } }))).toContain('409 There is a')
    expect(refusal(() => call(`POST /payments/wallets/${id}/freeze`, { by: 'lena' }))).toContain('404')
    expect(transactions()).toEqual(before)
    expect(published.map(({ type }) => type)).toEqual(['wallet.frozen'])
  })

  it('refuses a transfer too many, and takes the next one once one has settled', () => {
    const { ledger, transfer } = openRoom()
    const open = ledger.pending(person).length
    const sent = Array.from({ length: 20 - open }, () => transfer(100))
    expect(refusal(() => transfer(100))).toContain('are on their way')
    ledger.end(person, sent[0]!.id, 'SUCCESS')
    expect(transfer(100).status).toBe('PENDING')
  })

  it('creates a wallet, freezes and unfreezes it; what changes nothing is told to nobody', () => {
    const { call, published } = openRoom()
    const { id } = call<Wallet>('POST /payments/wallets', { body: { currency: 'USD' }, mutationId: 'm1' })
    for (const what of ['freeze', 'freeze', 'unfreeze']) call(`POST /payments/wallets/${id}/${what}`)
    expect(published.map(({ type, entity }) => [type, entity?.version])).toEqual([
      ['wallet.created', 1],
      ['wallet.frozen', 2],
      ['wallet.unfrozen', 3],
    ])
    expect(published[0]).toMatchObject({ stream, origin: { clientId: 'page', mutationId: 'm1' } })
  })

  it('tells what is committed, and what is told is what the API answers by then', () => {
    const seen: boolean[] = []
    const opened = openRoom({
      onPublish({ payload, type, stream: of }) {
        const { id, version } = payload as Transaction
        const by = of.split(':')[1]!
        const { wallets, transactions, notices } = opened
        const all = type.startsWith('fraud') ? notices(by) : type === 'transaction' ? transactions(by) : wallets(by)
        seen.push(!opened.database.isTransaction && all.some((one) => one.id === id && one.version === version))
      },
    })
    opened.transfer(100)
    for (let round = 0; round < 50; round++) opened.room.happen()
    expect(seen.length).toBeGreaterThan(50)
    expect(seen).not.toContain(false)
  })

  it('asks about something unusual once at a time; the first answer counts, and may freeze the wallet', () => {
    const { call, ledger, notices, published, wallet } = openRoom()
    const unusual = { currency: 'EUR', amount: 90_000, counterparty: 'Coin Harbour', reason: 'Late at night' } as const
    const { id } = ledger.notify(person, unusual)!.entity
    expect(ledger.notify(person, unusual)).toBeNull()
    expect(notices()).toHaveLength(3)
    call(`POST /payments/notices/${id}/freeze`)
    expect(call<FraudNotice>(`POST /payments/notices/${id}/confirm`).status).toBe('FROZEN')
    expect(wallet('EUR').status).toBe('FROZEN')
    expect(published.map(({ type }) => type)).toEqual(['fraud.resolved', 'wallet.frozen'])
  })

  it('goes on for ever: no balance goes wrong, nothing grows, each tells of its own', () => {
    const { database, room, published, wallets, transactions } = openRoom({ seed: 3 })
    const versions = new Map<string, number>()
    for (let round = 0; round < 300; round++) {
      room.happen()
      for (const { entity } of published.splice(0)) {
        const { id, version = 0 } = entity!
        expect(version).toBeGreaterThan(versions.get(id) ?? 0)
        versions.set(id, version)
      }
    }
    for (const by of [person, 'tunde', 'jonas']) {
      const listed = transactions(by)
      expect(listed).toHaveLength(200)
      expect(listed).toEqual(listed.toSorted(newestFirst))
      for (const { id, availableBalance, ledgerBalance, pendingAmount } of wallets(by)) {
        const held = listed.filter(
          ({ walletId, status, direction }) => walletId === id && status === 'PENDING' && direction === 'OUT',
        )
        expect(availableBalance).toBeGreaterThanOrEqual(0)
        expect(availableBalance).toBe(ledgerBalance - pendingAmount)
        expect(held.reduce((sum, { amount }) => sum + amount, 0)).toBe(pendingAmount)
        expect(ledgerBalance).toBeLessThan(1e10)
      }
    }
    const count = (table: string) => database.prepare(`SELECT COUNT(*) AS count FROM ${table}`).get()!['count']
    expect(count('payments_transactions')).toBeLessThanOrEqual(6 * 220)
    expect(count('payments_notices')).toBeLessThanOrEqual(6 * 3)
  })
})

describe('money', () => {
  it('reads what people type, and nothing else', () => {
    expect(['1,250', '40.5', '.99', '12.', ' 1 000.10 '].map(parseMoney)).toEqual([125_000, 4_050, 99, 1_200, 100_010])
    expect(['', '-5', '1.234', 'ten', '1e5', '.'].map(parseMoney)).toEqual([null, null, null, null, null, null])
  })

  it('writes it with its symbol, and its sign where it moves', () => {
    expect(exactMoney(49_950_000, 'NGN')).toBe('₦499,500.00')
    expect([signedMoney(4_000, 'EUR', 'IN'), signedMoney(4_000, 'USD', 'OUT')]).toEqual(['+€40.00', '−$40.00'])
  })
})

describe('a page', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2024-11-09T14:30:00Z') }))
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it.each(Array.from({ length: 4 }, (_, seed) => seed + 1))(
    'holds what the API answers once it is quiet (chance %i)',
    async (seed) => {
      const random = seededRandom(seed * 101)
      const server = createTestServer()
      const opened = openRoom({ seed, onPublish: (event) => void (event.stream === stream && server.publish(event)) })
      // So much that the list is full, and old ones leave it while the page looks.
      for (let round = 0; round < 160; round++) opened.room.happen()
      const upTo = (max: number) => Math.floor(random() * max)
      const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

      vi.stubGlobal('location', { search: '' })
      vi.stubGlobal('fetch', async (url: string, { method, headers, body }: RequestInit) => {
        await wait(upTo(120))
        if (url === '/api/session') return Response.json({ token: 't', expiresAt: Date.now() + 3_600_000, person: {} })
        const asOf = server.hub.asOf([stream])
        const mutationId = new Headers(headers).get('x-mutation-id')
        try {
          if (random() < 0.1) throw new ApiError(503, 'AWAY', 'Away.')
          const answer = opened.call(`${method} ${url.replace('/api', '')}`, {
            ...(typeof body === 'string' && { body: JSON.parse(body) as Call['body'] }),
            ...(mutationId !== null && { mutationId }),
          })
          const response = Response.json(answer, { headers: { 'livecache-as-of': asOf } })
          await wait(upTo(120))
          return response
        } catch (error) {
          const { status, code, message } = error as ApiError
          return Response.json({ code, message }, { status })
        }
      })

      const { paymentsRealtime } = await import('../../demo/rooms/payments/realtime.ts')
      const { noticesQuery, transactionsQuery, walletsQuery } = await import('../../demo/rooms/payments/queries.ts')
      const mutations = await import('../../demo/rooms/payments/mutations.ts')
      const { callApi } = await import('../../demo/page/api.ts')

      const queryClient = new QueryClient({
        defaultOptions: { queries: { staleTime: 60_000, retry: 3, retryDelay: 200 } },
      })
      queryClient.mount()
      const { events, rules, streams } = paymentsRealtime
      const errors: unknown[] = []
      const realtime = createRealtime({
        transports: [server.transport],
        ...{ events, rules, streams, onError: (error: unknown) => void errors.push(error) },
      })
      const undos = [realtime.bindQueryClient(queryClient), realtime.hold()]
      const queries = [walletsQuery, transactionsQuery, noticesQuery] as const
      for (const query of queries) undos.push(new QueryObserver(queryClient, query as never).subscribe(() => {}))

      function change<Variables, Answer>(
        { method, path, body, ...options }: Change<Variables, Answer>,
        given: Variables,
      ) {
        const mutationFn = (variables: Variables, { mutationId }: { mutationId: string }) =>
          callApi<Answer>(method, path, { mutationId, ...(body && { body: body(variables) }) })
        const observer = new MutationObserver(queryClient, liveMutationOptions({ ...options, mutationFn }))
        observer.mutate(given).catch(() => {})
      }
      function changeSomething() {
        const wallets = opened.wallets()
        const wallet = wallets[upTo(wallets.length)]!
        const notice = opened.notices()[0]!
        const amount = 100 + upTo(wallet.availableBalance / 20)
        const { currency } = wallet
        const doings = [
          () => change(mutations.transferring, { amount, currency, counterparty: 'Marta', description: 'Work' }),
          () => change(mutations.creatingWallet, 'USD'),
          () => change(mutations.freezing(wallet.id), undefined),
          () => change(mutations.unfreezing(wallet.id), undefined),
          () => change(mutations.unfreezing(wallet.id), undefined),
          () => change(mutations.confirming(notice.id), undefined),
          () => change(mutations.freezingFor(notice), undefined),
        ]
        doings[upTo(doings.length)]!()
      }

      for (let round = 0; round < 200; round++) {
        opened.room.happen()
        if (random() < 0.15) changeSomething()
        // Towards the end no fetch makes good what an event did not say.
        const isRough = round < 150
        if (isRough && random() < 0.02) server.cut()
        if (isRough && random() < 0.01) server.comeBack({ forgetting: true })
        if (isRough && random() < 0.05) void queryClient.invalidateQueries({ queryKey: transactionsQuery.queryKey })
        await vi.advanceTimersByTimeAsync(upTo(120))
      }
      await vi.advanceTimersByTimeAsync(60_000)

      const held = queries.map(({ queryKey }) => queryClient.getQueryData(queryKey))
      expect(held).toEqual([opened.wallets(), opened.transactions(), opened.notices()])
      expect(opened.transactions()).toHaveLength(200)
      expect(errors).toEqual([])
      for (const undo of undos) undo()
      realtime.dispose()
      server.hub.close()
      queryClient.clear()
    },
  )
})
