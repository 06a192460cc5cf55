// The room on the page: the wallets of who is signed in, what is unusual about them, and what comes and goes.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../page/parts/icons.tsx'
import type { RoomPage } from '../../page/room.ts'
import { NewTransfer } from './new-transfer.tsx'
import { NoticeList } from './notice-list.tsx'
import { transactionsQuery } from './queries.ts'
import { TransactionList } from './transaction-list.tsx'
import { WalletList } from './wallet-list.tsx'
import './payments.css'

const title = 'Payments'

function Payments() {
  const [isSending, setSending] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    document.title = `${title} · Kestrel Pay`
  }, [])

  function close() {
    setSending(false)
    opener.current?.focus()
  }

  return (
    <div className="payments">
      <div className="page-head">
        <h1>{title}</h1>
        <button
          ref={opener}
          type="button"
          className="button"
          data-kind="primary"
          aria-expanded={isSending}
          onClick={() => setSending(!isSending)}
          data-testid="new-transfer"
        >
          <Icon name="plus" />
          New transfer
        </button>
      </div>
      {isSending && <NewTransfer onClose={close} />}
      <WalletList />
      <NoticeList />
      <TransactionList />
    </div>
  )
}

/** How many are on their way. */
function Pending() {
  const { data } = useQuery(transactionsQuery)
  const count = data?.filter(({ status }) => status === 'PENDING').length ?? 0
  if (count === 0) return null
  return (
    <span className="count" title="Pending">
      {count} <span className="visually-hidden">pending</span>
    </span>
  )
}

export const paymentsRoom: RoomPage = { name: 'payments', title, icon: 'payments', Content: Payments, Count: Pending }
