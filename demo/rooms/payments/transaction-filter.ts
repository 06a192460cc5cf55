// Which transactions are shown. Amounts are compared as they are written, each in its own currency.
import type { Currency, Transaction, TransactionStatus } from './entities.ts'
import { parseMoney } from './money.ts'

export interface TransactionFilter {
  readonly status: TransactionStatus | 'ALL'
  readonly currency: Currency | 'ALL'
  /** As typed. What is no amount filters nothing. */
  readonly min: string
  readonly max: string
}

export const everything: TransactionFilter = { status: 'ALL', currency: 'ALL', min: '', max: '' }

export const isEverything = (filter: TransactionFilter): boolean =>
  Object.entries(everything).every(([field, value]) => filter[field as keyof TransactionFilter] === value)

export const isNoAmount = (text: string): boolean => text.trim() !== '' && parseMoney(text) === null

export function matching({ status, currency, min, max }: TransactionFilter): (transaction: Transaction) => boolean {
  const least = parseMoney(min) ?? 0
  const most = parseMoney(max) ?? Infinity
  return (transaction) =>
    (status === 'ALL' || transaction.status === status) &&
    (currency === 'ALL' || transaction.currency === currency) &&
    transaction.amount >= least &&
    transaction.amount <= most
}
