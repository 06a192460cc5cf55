// What the room adds to the set-up of livecache: its events, what each of them does to the cache, and which of them are told in a toast.
import { defineEvents, payload } from 'livecache'
import type { RoomRealtime } from '../../page/room.ts'
import { noticeChanged, transactionChanged, walletChanged } from './changes.ts'
import type { FraudNotice, Transaction, Wallet } from './entities.ts'
import { exactMoney } from './money.ts'
import { paymentsKey } from './queries.ts'

const events = defineEvents({
  transaction: payload<Transaction>(),
  balance: payload<Wallet>(),
  'wallet.created': payload<Wallet>(),
  'wallet.frozen': payload<Wallet>(),
  'wallet.unfrozen': payload<Wallet>(),
  'fraud.detected': payload<FraudNotice>(),
  'fraud.resolved': payload<FraudNotice>(),
})

export const paymentsRealtime = {
  events,
  streams: { 'user:*:payments': [paymentsKey] },
  rules: {
    transaction: ({ payload: transaction }) => transactionChanged(transaction),
    balance: ({ payload: wallet }) => walletChanged(wallet),
    'wallet.created': ({ payload: wallet }) => walletChanged(wallet),
    'wallet.frozen': ({ payload: wallet }) => walletChanged(wallet),
    'wallet.unfrozen': ({ payload: wallet }) => walletChanged(wallet),
    'fraud.detected': ({ payload: notice }) => noticeChanged(notice),
    'fraud.resolved': ({ payload: notice }) => noticeChanged(notice),
  },
  toastRules: {
    transaction({ payload: { id, status, direction, amount, currency, counterparty, reason } }) {
      const sum = exactMoney(amount, currency)
      if (status === 'FAILED') {
        const title = direction === 'OUT' ? `Payment to ${counterparty} failed` : `Payment from ${counterparty} failed`
        return { title, description: `${sum}. ${reason ?? ''}`, priority: 'high', dedupeKey: id }
      }
      if (status !== 'SUCCESS' || direction !== 'IN') return null
      return { title: `${sum} from ${counterparty}`, priority: 'low', group: 'incoming money', dedupeKey: id }
    },
    'fraud.detected': ({ payload: { id, amount, currency, counterparty, reason } }) => ({
      title: `Was this you? ${exactMoney(amount, currency)} to ${counterparty}`,
      description: reason,
      priority: 'critical',
      dedupeKey: id,
      link: { href: '#/payments', label: 'Answer' },
    }),
    // In place of the question, which would stay until somebody takes it away.
    'fraud.resolved': ({ payload: { id, status, amount, currency, counterparty } }) => ({
      title: status === 'FROZEN' ? `The wallet in ${currency} is frozen` : 'It was you',
      description: `${exactMoney(amount, currency)} to ${counterparty}`,
      priority: 'low',
      dedupeKey: id,
    }),
  },
} satisfies RoomRealtime<typeof events>
