// What the room reads from the API, and the keys it lies under in the cache.
import { roomQuery } from '../../page/room-query.ts'
import type { FraudNotice, Transaction, Wallet } from './entities.ts'

/** Every query of the room begins with this, so that a gap in its stream can fetch all of them again. */
export const paymentsKey = ['workspace', 'payments'] as const

export const walletsQuery = roomQuery<Wallet[]>([...paymentsKey, 'wallets'], '/payments/wallets')

/** The newest 200. */
export const transactionsQuery = roomQuery<Transaction[]>([...paymentsKey, 'transactions'], '/payments/transactions')

/** The newest three. */
export const noticesQuery = roomQuery<FraudNotice[]>([...paymentsKey, 'notices'], '/payments/notices')
