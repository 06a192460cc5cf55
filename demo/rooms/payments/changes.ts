// What each change does to the cache, whichever way it is told: by an event, or by the answer to a mutation.
import { type Operation, patch, upsert } from 'livecache'
import {
  currencies,
  type FraudNotice,
  maxNotices,
  maxTransactions,
  newestFirst,
  type Transaction,
  type Wallet,
} from './entities.ts'
import { noticesQuery, transactionsQuery, walletsQuery } from './queries.ts'

/** Of two copies of an entity the newer one is kept, so nothing has to be fetched to be sure of it. */
const listed = { version: ({ version }: { version: number }) => version, where: () => true }

/** The server answers the newest so many, so what an event pushes beyond that goes here too. */
const bounded = (count: number) =>
  [<Item>(items: Item[]) => (items.length > count ? items.slice(0, count) : items), { confirm: false }] as const

export const walletChanged = (wallet: Wallet): Operation =>
  upsert(walletsQuery, wallet, {
    ...listed,
    sort: (a, b) => currencies.indexOf(a.currency) - currencies.indexOf(b.currency),
  })

export const transactionChanged = (transaction: Transaction): Operation[] => [
  upsert(transactionsQuery, transaction, { ...listed, sort: newestFirst }),
  patch(transactionsQuery, ...bounded(maxTransactions)),
]

export const noticeChanged = (notice: FraudNotice): Operation[] => [
  upsert(noticesQuery, notice, { ...listed, sort: newestFirst }),
  patch(noticesQuery, ...bounded(maxNotices)),
]
