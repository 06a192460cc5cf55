// What the user may change. Freezing is shown at once; what the server has to judge first is shown once it has.
import { patch } from 'livecache'
import { type Change, useChange } from '../../page/use-change.ts'
import { noticeChanged, transactionChanged, walletChanged } from './changes.ts'
import type { Currency, FraudNotice, Transaction, Wallet } from './entities.ts'
import { noticesQuery, walletsQuery } from './queries.ts'

export type Transfer = Pick<Transaction, 'amount' | 'currency' | 'counterparty' | 'description'>

const shown = (id: string, status: Wallet['status']) => patch(walletsQuery, { status }, { id })

export const transferring: Change<Transfer, Transaction> = {
  method: 'POST',
  path: '/payments/transactions',
  body: (transfer) => transfer,
  confirmed: transactionChanged,
}

export const creatingWallet: Change<Currency, Wallet> = {
  method: 'POST',
  path: '/payments/wallets',
  body: (currency) => ({ currency }),
  confirmed: walletChanged,
}

export const freezing = (walletId: string): Change<void, Wallet> => ({
  method: 'POST',
  path: `/payments/wallets/${walletId}/freeze`,
  optimistic: () => shown(walletId, 'FROZEN'),
  confirmed: walletChanged,
})

export const unfreezing = (walletId: string): Change<void, Wallet> => ({
  method: 'POST',
  path: `/payments/wallets/${walletId}/unfreeze`,
  optimistic: () => shown(walletId, 'ACTIVE'),
  confirmed: walletChanged,
})

export const confirming = (noticeId: string): Change<void, FraudNotice> => ({
  method: 'POST',
  path: `/payments/notices/${noticeId}/confirm`,
  optimistic: () => patch(noticesQuery, { status: 'CONFIRMED' }, { id: noticeId }),
  confirmed: noticeChanged,
})

export const freezingFor = ({ id, walletId }: Pick<FraudNotice, 'id' | 'walletId'>): Change<void, FraudNotice> => ({
  method: 'POST',
  path: `/payments/notices/${id}/freeze`,
  optimistic: () => [patch(noticesQuery, { status: 'FROZEN' }, { id }), shown(walletId, 'FROZEN')],
  confirmed: noticeChanged,
})

export const useTransfer = () => useChange(transferring)
export const useCreateWallet = () => useChange(creatingWallet)
export const useFreeze = (walletId: string) => useChange(freezing(walletId))
export const useUnfreeze = (walletId: string) => useChange(unfreezing(walletId))
export const useConfirm = (noticeId: string) => useChange(confirming(noticeId))
export const useFreezeFor = (notice: FraudNotice) => useChange(freezingFor(notice))
