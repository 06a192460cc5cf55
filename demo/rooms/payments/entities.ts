// What the room is made of, as REST answers it and as events carry it. Amounts are whole numbers of the smallest unit: kobo, cents.
import type { Currency } from '../../shared/entities.ts'

export type { Currency }

/** In the order in which wallets stand. */
export const currencies: readonly Currency[] = ['NGN', 'EUR', 'USD']

interface Stamped {
  id: string
  /** Grows by one with each change, so that of two copies the newer one can be told. */
  version: number
  /** ISO 8601. */
  createdAt: string
  updatedAt: string
}

/** `ledgerBalance` = `availableBalance` + `pendingAmount`, always. */
export interface Wallet extends Stamped {
  currency: Currency
  /** Nothing leaves a frozen one; what it is owed still comes in. */
  status: 'ACTIVE' | 'FROZEN'
  /** What may be spent. */
  availableBalance: number
  ledgerBalance: number
  /** What is on its way out: held until that has succeeded, failed or was reversed. */
  pendingAmount: number
}

export const statuses = ['PENDING', 'SUCCESS', 'FAILED', 'REVERSED'] as const
export type TransactionStatus = (typeof statuses)[number]

export interface Transaction extends Stamped {
  walletId: string
  currency: Currency
  /** More than 0; which way it goes says `direction`. */
  amount: number
  type: 'TRANSFER' | 'CARD'
  direction: 'IN' | 'OUT'
  /** Once it is no longer `PENDING` it stays what it is. */
  status: TransactionStatus
  counterparty: string
  description: string
  /** Why it failed or was reversed. */
  reason: string | null
}

/** Something unusual that was held up until somebody says what it is. */
export interface FraudNotice extends Stamped {
  walletId: string
  currency: Currency
  amount: number
  counterparty: string
  /** What is unusual about it. */
  reason: string
  status: 'OPEN' | 'CONFIRMED' | 'FROZEN'
}

/** Both lists are the newest so many; what is older is forgotten. */
export const maxTransactions = 200
export const maxNotices = 3

export const newestFirst = (a: { createdAt: string }, b: { createdAt: string }): number =>
  a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0
