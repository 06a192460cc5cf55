// The transactions that match the filter, newest first.
import { useQuery } from '@tanstack/react-query'
import { useAnnouncer } from 'livecache/ui'
import { useId, useState } from 'react'
import { counted } from '../../page/format.ts'
import { EmptyNotice } from '../../page/parts/notices.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import type { Transaction } from './entities.ts'
import { ListHead } from './list-head.tsx'
import { transactionsQuery } from './queries.ts'
import { everything, isEverything, matching, type TransactionFilter } from './transaction-filter.ts'
import { TransactionFilters } from './transaction-filters.tsx'
import { TransactionRow } from './transaction-row.tsx'
import { useArriving } from './use-arriving.ts'
import { useHeldRows } from './use-held-rows.ts'

const none: readonly Transaction[] = []

export function TransactionList() {
  const id = useId()
  const query = useQuery(transactionsQuery)
  const [filter, setFilter] = useState(everything)
  const { say } = useAnnouncer()
  const all = query.data ?? none
  const matches = all.filter(matching(filter))
  const { rows, waiting, holding } = useHeldRows(matches)

  function change(next: TransactionFilter) {
    setFilter(next)
    say(counted(all.filter(matching(next)).length, 'transaction'), { key: 'transactions' })
  }

  /** The button goes with it, so the focus moves to what it was about. */
  function showAll() {
    document.getElementById(id)?.focus()
    change(everything)
  }

  return (
    <section className="payments-section" aria-labelledby={id}>
      <ListHead id={id} title="Transactions" queryKey={transactionsQuery.queryKey}>
        <p className="muted payments-shown">
          {waiting > 0 && <span className="payments-waiting">{waiting} new, held while you point at the list. </span>}
          {query.data && (matches.length === all.length ? all.length : `${matches.length} of ${all.length}`)}
          <span className="visually-hidden"> shown</span>
        </p>
        {!isEverything(filter) && (
          <button type="button" className="button" onClick={showAll}>
            Show all
          </button>
        )}
      </ListHead>
      <TransactionFilters filter={filter} onChange={change} />
      <QuerySection query={query} what="the transactions" skeletonRows={12}>
        {() =>
          all.length === 0 ? (
            <EmptyNotice title="No transactions yet">
              Send money with “New transfer”, or wait to be paid: what comes and goes appears here as it happens.
            </EmptyNotice>
          ) : rows.length === 0 ? (
            <EmptyNotice title="None of them matches">
              {counted(all.length, 'transaction')} in all. Those to come appear here if they match.
            </EmptyNotice>
          ) : (
            <Rows rows={rows} filter={filter} holding={holding} />
          )
        }
      </QuerySection>
    </section>
  )
}

interface RowsProps {
  rows: readonly Transaction[]
  filter: TransactionFilter
  holding: ReturnType<typeof useHeldRows>['holding']
}

function Rows({ rows, filter, holding }: RowsProps) {
  const isArrival = useArriving(rows, filter)
  return (
    <>
      <div className="payments-columns" aria-hidden="true">
        <span>Counterparty</span>
        <span>Description</span>
        <span>Time</span>
        <span>Status</span>
        <span className="end">Amount</span>
      </div>
      <ul className="payments-rows" {...holding}>
        {rows.map((transaction) => (
          <TransactionRow key={transaction.id} transaction={transaction} isArrival={isArrival(transaction)} />
        ))}
      </ul>
    </>
  )
}
