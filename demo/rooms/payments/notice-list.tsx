// What was unusual, newest first: the open one asks, the others say what was answered. A fixed number of them, all of one height, so
// that one more moves nothing below.
import { useQuery } from '@tanstack/react-query'
import { StatusTransition, useLiveHighlight } from 'livecache/ui'
import { useId, useRef } from 'react'
import { moment } from '../../page/format.ts'
import { Icon } from '../../page/parts/icons.tsx'
import { EmptyNotice, ErrorNotice } from '../../page/parts/notices.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { type FraudNotice, maxNotices } from './entities.ts'
import { ListHead } from './list-head.tsx'
import { exactMoney } from './money.ts'
import { useConfirm, useFreezeFor } from './mutations.ts'
import { noticesQuery } from './queries.ts'
import { useArrivedVersion, useArriving } from './use-arriving.ts'

export function NoticeList() {
  const id = useId()
  const query = useQuery(noticesQuery)
  return (
    <section className="payments-section" aria-labelledby={id}>
      <ListHead id={id} title="Security notices" queryKey={noticesQuery.queryKey} />
      <QuerySection query={query} what="the security notices" skeletonRows={maxNotices}>
        {(notices) =>
          notices.length === 0 ? (
            <EmptyNotice title="Nothing unusual so far">
              A payment that does not look like yours is held up, and you are asked about it here.
            </EmptyNotice>
          ) : (
            <Rows notices={notices} />
          )
        }
      </QuerySection>
    </section>
  )
}

function Rows({ notices }: { notices: readonly FraudNotice[] }) {
  const isArrival = useArriving(notices)
  return (
    <ul className="payments-rows">
      {notices.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} isArrival={isArrival(notice)} />
      ))}
    </ul>
  )
}

function NoticeRow({ notice, isArrival }: { notice: FraudNotice; isArrival: boolean }) {
  const { id, version, status, amount, currency, counterparty, reason, createdAt } = notice
  const row = useRef<HTMLLIElement>(null)
  const confirm = useConfirm(id)
  const freeze = useFreezeFor(notice)
  const { props, mark } = useLiveHighlight(useArrivedVersion(version, isArrival))
  const isOpen = status === 'OPEN'
  const error = confirm.error ?? freeze.error

  function answer(wanted: typeof confirm, other: typeof confirm) {
    if (confirm.isPending || freeze.isPending) return
    // The buttons go as soon as it is answered, and the focus must not go with them.
    row.current?.focus()
    other.reset()
    wanted.mutate()
  }

  return (
    <li ref={row} className="payments-notice" tabIndex={-1} data-open={isOpen} data-testid="notice" {...props}>
      <div className="payments-notice-text">
        <p>
          {isOpen && (
            <span className="payments-question">
              <Icon name="at-risk" /> <span className="payments-question-words">Was this you? </span>
            </span>
          )}
          <bdi>
            {exactMoney(amount, currency)} to {counterparty}
          </bdi>{' '}
          {mark}
        </p>
        <p className="muted">
          <bdi>
            <time dateTime={createdAt}>{moment(createdAt)}</time> · {reason}
          </bdi>
        </p>
      </div>
      <div className="payments-answers">
        {isOpen ? (
          <>
            <button type="button" className="button" onClick={() => answer(confirm, freeze)}>
              This was me
            </button>
            <button type="button" className="button" data-kind="danger" onClick={() => answer(freeze, confirm)}>
              Freeze the wallet
            </button>
          </>
        ) : (
          <StatusTransition status={status} tone={status === 'FROZEN' ? 'off' : 'good'} labels={answers} />
        )}
      </div>
      {error && <ErrorNotice error={error}>Not saved.</ErrorNotice>}
    </li>
  )
}

const answers = { confirmed: 'It was you', frozen: 'Wallet frozen' }
