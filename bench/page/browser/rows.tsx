// The rows, in the three ways an app may get at them.
import { type QueryKey, useQuery } from '@tanstack/react-query'
import { type JSX, memo } from 'react'
import { type Row, rowId } from '../../events/event.ts'
import type { Topology } from '../setup.ts'
import { fetchRow, fetchRows } from './api.ts'
import { countRender } from './watch.ts'

export const listKey = ['rows'] as const
export const rowKey = (id: string): QueryKey => ['goal', id]

const fresh = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY } as const
const useRows = <Selected = Row[],>(select?: (rows: Row[]) => Selected) =>
  useQuery({ queryKey: listKey, queryFn: fetchRows, ...(select && { select }), ...fresh })

const RowView = memo(function RowView({ row }: { row: Row }): JSX.Element {
  countRender()
  return (
    <li>
      <b>{row.id}</b> <span id={row.id}>{row.value}</span>
    </li>
  )
})

function List(): JSX.Element {
  const { data = [] } = useRows()
  return (
    <ul>
      {data.map((row) => (
        <RowView key={row.id} row={row} />
      ))}
    </ul>
  )
}

function SelectedRow({ index }: { index: number }): JSX.Element | null {
  const { data } = useRows((rows) => rows[index])
  return data === undefined ? null : <RowView row={data} />
}

function EntityRow({ index }: { index: number }): JSX.Element | null {
  const id = rowId(index)
  const { data } = useQuery({ queryKey: rowKey(id), queryFn: () => fetchRow(index), ...fresh })
  return data === undefined ? null : <RowView row={data} />
}

export function Rows({ topology, rows }: { topology: Topology; rows: number }): JSX.Element {
  if (topology === 'list') return <List />
  const Each = topology === 'select' ? SelectedRow : EntityRow
  return (
    <ul>
      {Array.from({ length: rows }, (_, index) => (
        <Each key={index} index={index} />
      ))}
    </ul>
  )
}
