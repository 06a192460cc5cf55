import { StatusTransition, useLiveHighlight } from 'livecache/ui'
import { memo } from 'react'
import { moment } from '../../page/format.ts'
import type { Transaction } from './entities.ts'
import { signedMoney } from './money.ts'
import { useArrivedVersion } from './use-arriving.ts'

export interface TransactionRowProps {
  transaction: Transaction
  /** It came while one was looking. */
  isArrival: boolean
}

export const TransactionRow = memo(function TransactionRow({ transaction, isArrival }: TransactionRowProps) {
  const { id, version, counterparty, description, reason, createdAt, status, amount, currency, direction } = transaction
  const { props, mark } = useLiveHighlight(useArrivedVersion(version, isArrival))
  return (
    <li className="payments-transaction" data-testid="transaction" data-transaction-id={id} {...props}>
      <span className="payments-counterparty">
        <bdi>{counterparty}</bdi> {mark}
      </span>
      <span className="payments-what">
        <span className="payments-description">
          <bdi>{description}</bdi>
        </span>
        {reason !== null && (
          <span className="payments-reason">
            <bdi>{reason}</bdi>
          </span>
        )}
      </span>
      <time className="payments-time" dateTime={createdAt}>
        <bdi>{moment(createdAt)}</bdi>
      </time>
      <span className="payments-status">
        <StatusTransition status={status} />
      </span>
      <span className="payments-amount" data-void={status === 'FAILED' || status === 'REVERSED'}>
        <span className="visually-hidden">{direction === 'IN' ? 'Received' : 'Sent'} </span>
        <span className="figure">{signedMoney(amount, currency, direction)}</span>
      </span>
    </li>
  )
})
