// How money moves, and what may not be done with it. Nothing here is atomic by itself: server.ts sees to that, and tells of the
// changes once they are committed.
import { ApiError, notFound } from '../../server/api-error.ts'
import {
  currencies,
  type Currency,
  type FraudNotice,
  maxNotices,
  maxTransactions,
  type Transaction,
  type Wallet,
} from './entities.ts'
import { exactMoney } from './money.ts'
import { noticeOf, type Tables, transactionOf, type TransactionRow, walletOf, type WalletRow } from './tables.ts'

/** An event to be. */
export interface Change {
  type:
    | 'transaction'
    | 'balance'
    | 'wallet.created'
    | 'wallet.frozen'
    | 'wallet.unfrozen'
    | 'fraud.detected'
    | 'fraud.resolved'
  entity: { type: 'transaction' | 'wallet' | 'notice'; id: string; version: number }
  payload: Wallet | Transaction | FraudNotice
}

/** What was asked for, as it is now, and all that changed with it. */
export interface Written<Entity> {
  entity: Entity
  changes: readonly Change[]
}

export type NewTransaction = Pick<
  Transaction,
  'currency' | 'amount' | 'type' | 'direction' | 'counterparty' | 'description'
>
export type NewNotice = Pick<FraudNotice, 'currency' | 'amount' | 'counterparty' | 'reason'>
export type Outcome = Exclude<Transaction['status'], 'PENDING'>

/** So many may be on their way at a time, so that what is kept stays bounded. */
const maxPending = 20

const refused = (code: string, message: string) => new ApiError(409, code, message)

const changeOf = (type: Change['type'], of: Change['entity']['type'], payload: Change['payload']): Change => ({
  type,
  entity: { type: of, id: payload.id, version: payload.version },
  payload,
})

export type Ledger = ReturnType<typeof createLedger>

export function createLedger(tables: Tables) {
  function walletRow(personId: string, id: string): WalletRow {
    const row = tables.find('payments_wallets', personId, id)
    if (row === null) throw notFound('wallet')
    return row
  }

  const walletIn = (personId: string, currency: Currency): WalletRow | undefined =>
    tables.of('payments_wallets', personId).find((row) => row.currency === currency)

  function changeWallet(
    type: Change['type'],
    { personId, id }: WalletRow,
    fields: Parameters<Tables['change']>[2],
  ): Change {
    tables.change('payments_wallets', id, fields)
    return changeOf(type, 'wallet', walletOf(walletRow(personId, id)))
  }

  const move = (row: WalletRow, by: { ledger?: number; pending?: number }): Change =>
    changeWallet('balance', row, { ledger: row.ledger + (by.ledger ?? 0), pending: row.pending + (by.pending ?? 0) })

  const pending = (personId: string): TransactionRow[] =>
    tables.of('payments_transactions', personId, -1, `status = 'PENDING'`)

  function transaction(personId: string, id: string): TransactionRow {
    const row = tables.find('payments_transactions', personId, id)
    if (row === null) throw notFound('transaction')
    return row
  }

  function notice(personId: string, id: string): FraudNotice {
    const row = tables.find('payments_notices', personId, id)
    if (row === null) throw notFound('notice')
    return noticeOf(row)
  }

  function setFrozen(personId: string, id: string, isFrozen: boolean): Written<Wallet> {
    const row = walletRow(personId, id)
    const status = isFrozen ? 'FROZEN' : 'ACTIVE'
    if (row.status === status) return { entity: walletOf(row), changes: [] }
    const change = changeWallet(isFrozen ? 'wallet.frozen' : 'wallet.unfrozen', row, { status })
    return { entity: change.payload as Wallet, changes: [change] }
  }

  return {
    wallets: (personId: string): Wallet[] =>
      tables
        .of('payments_wallets', personId)
        .map(walletOf)
        .toSorted((a, b) => currencies.indexOf(a.currency) - currencies.indexOf(b.currency)),
    transactions: (personId: string): Transaction[] =>
      tables.of('payments_transactions', personId, maxTransactions).map(transactionOf),
    notices: (personId: string): FraudNotice[] => tables.of('payments_notices', personId, maxNotices).map(noticeOf),
    /** Oldest first. */
    pending: (personId: string): Transaction[] => pending(personId).map(transactionOf).toReversed(),

    createWallet(personId: string, currency: Currency): Written<Wallet> {
      if (walletIn(personId, currency) !== undefined)
        throw refused('EXISTS', `There is a wallet in ${currency} already.`)
      const id = tables.insert('payments_wallets', { personId, currency, status: 'ACTIVE', ledger: 0, pending: 0 })
      const wallet = walletOf(walletRow(personId, id))
      return { entity: wallet, changes: [changeOf('wallet.created', 'wallet', wallet)] }
    },

    freeze: (personId: string, id: string) => setFrozen(personId, id, true),
    unfreeze: (personId: string, id: string) => setFrozen(personId, id, false),

    /** Money that goes out is held at once, so that it can't be spent twice. */
    begin(personId: string, { currency, amount, direction, ...rest }: NewTransaction): Written<Transaction> {
      const wallet = walletIn(personId, currency)
      if (wallet === undefined) throw refused('NO_WALLET', `There is no wallet in ${currency} yet. Create it first.`)
      const available = wallet.ledger - wallet.pending
      if (direction === 'OUT' && wallet.status === 'FROZEN') {
        throw refused('FROZEN', `The wallet in ${currency} is frozen. Unfreeze it to send money from it.`)
      }
      if (direction === 'OUT' && amount > available) {
        throw refused(
          'TOO_LITTLE',
          `That is more than the ${exactMoney(available, currency)} available in this wallet.`,
        )
      }
      if (pending(personId).length >= maxPending) {
        throw refused('TOO_MANY', `${maxPending} transactions are on their way. Wait until one of them has settled.`)
      }
      const createdAt = tables.nextMoment('payments_transactions', personId)
      const id = tables.insert('payments_transactions', {
        ...{ personId, walletId: wallet.id, currency, amount, direction, status: 'PENDING', reason: null },
        ...{ ...rest, createdAt, updatedAt: createdAt },
      })
      const held = direction === 'OUT' ? [move(wallet, { pending: amount })] : []
      tables.prune('payments_transactions', personId, maxTransactions, `status <> 'PENDING'`)
      const entity = transactionOf(transaction(personId, id))
      return { entity, changes: [changeOf('transaction', 'transaction', entity), ...held] }
    },

    /** Once only: whatever is asked of a transaction that is no longer pending changes nothing. */
    end(personId: string, id: string, status: Outcome, reason: string | null = null): Written<Transaction> {
      const row = transaction(personId, id)
      if (row.status !== 'PENDING') return { entity: transactionOf(row), changes: [] }
      tables.change('payments_transactions', id, { status, reason: status === 'SUCCESS' ? null : reason })
      const entity = transactionOf(transaction(personId, id))
      const { amount, direction, walletId } = row
      const isDone = status === 'SUCCESS'
      const moved =
        direction === 'OUT'
          ? [move(walletRow(personId, walletId), { pending: -amount, ledger: isDone ? -amount : 0 })]
          : isDone
            ? [move(walletRow(personId, walletId), { ledger: amount })]
            : []
      return { entity, changes: [changeOf('transaction', 'transaction', entity), ...moved] }
    },

    /** One is open at a time: nobody can answer faster than they are asked. Null where that would be one too many. */
    notify(personId: string, { currency, ...rest }: NewNotice): Written<FraudNotice> | null {
      const wallet = walletIn(personId, currency)
      const isOpen = tables.of('payments_notices', personId).some(({ status }) => status === 'OPEN')
      if (isOpen || wallet === undefined) return null
      const createdAt = tables.nextMoment('payments_notices', personId)
      const id = tables.insert('payments_notices', {
        ...{ personId, walletId: wallet.id, currency, status: 'OPEN', createdAt, updatedAt: createdAt, ...rest },
      })
      tables.prune('payments_notices', personId, maxNotices)
      const entity = notice(personId, id)
      return { entity, changes: [changeOf('fraud.detected', 'notice', entity)] }
    },

    /** The first answer counts. */
    answer(personId: string, id: string, status: 'CONFIRMED' | 'FROZEN'): Written<FraudNotice> {
      const known = notice(personId, id)
      if (known.status !== 'OPEN') return { entity: known, changes: [] }
      tables.change('payments_notices', id, { status })
      const entity = notice(personId, id)
      const frozen = status === 'FROZEN' ? setFrozen(personId, entity.walletId, true).changes : []
      return { entity, changes: [changeOf('fraud.resolved', 'notice', entity), ...frozen] }
    },
  }
}
