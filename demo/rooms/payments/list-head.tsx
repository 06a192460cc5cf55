// The head of a list: what it is, whether it is live, and beside that what the list has to say of itself.
import type { QueryKey } from '@tanstack/react-query'
import { LiveBadge } from 'livecache/ui'
import type { ReactNode } from 'react'

export interface ListHeadProps {
  id: string
  title: string
  /** Of the query that the list shows. */
  queryKey: QueryKey
  children?: ReactNode
}

export function ListHead({ id, title, queryKey, children }: ListHeadProps) {
  return (
    <div className="payments-head">
      <h2 id={id} tabIndex={-1}>
        {title}
      </h2>
      <LiveBadge queryKey={queryKey} />
      {children}
    </div>
  )
}
