// Words of the room.
import type { Currency, TransactionStatus } from './entities.ts'

export const currencyNames: Readonly<Record<Currency, string>> = {
  NGN: 'Nigerian naira',
  EUR: 'Euro',
  USD: 'US dollar',
}

export const statusWords: Readonly<Record<TransactionStatus, string>> = {
  PENDING: 'Pending',
  SUCCESS: 'Success',
  FAILED: 'Failed',
  REVERSED: 'Reversed',
}
