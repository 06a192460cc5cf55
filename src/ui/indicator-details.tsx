'use client'
// What stands behind the indicator: since when, by what, how fast, what went wrong, and what can be done.
import type { JSX, ReactNode } from 'react'
import type { ConnectionState } from '../client/connection-machine.ts'
import type { ShownStatus, Tone } from '../client/shown-status.ts'
import { useRealtimeClient } from '../react/context.ts'
import { useRealtimeConnection } from '../react/use-realtime-connection.ts'
import type { Format } from './format.ts'
import { type IndicatorLabels, lossLabels } from './labels.ts'
import type { RenderPart } from './parts.ts'
import { useFormat, useLabels } from './ui-context.ts'
import { useConnectionLoss } from './use-connection-loss.ts'
import { useNow } from './use-now.ts'
import { useReducedMotion } from './use-reduced-motion.ts'

export interface IndicatorState {
  readonly status: ShownStatus
  readonly tone: Tone
  /** A lesser transport carries the data. */
  readonly isDegraded: boolean
}

/** The parts of the indicator that can be dressed and replaced. */
export type IndicatorPart =
  | 'trigger'
  | 'word'
  | 'name'
  | 'tooltip'
  | 'details'
  | 'title'
  | 'meaning'
  | 'rows'
  | 'actions'
  | 'action'

export interface IndicatorDetailsProps {
  part: RenderPart<IndicatorPart | 'root'>
  labels: IndicatorLabels
  status: ShownStatus
  word: string
  icon: ReactNode
  /** Epoch ms; null where it is not known. */
  since: number | null
  onSignIn: (() => void) | undefined
}

export function IndicatorDetails({
  part,
  labels,
  status,
  word,
  icon,
  since,
  onSignIn,
}: IndicatorDetailsProps): JSX.Element {
  const client = useRealtimeClient('RealtimeIndicator')
  const state = useRealtimeConnection()
  const format = useFormat()
  const loss = useConnectionLoss()
  const lossWords = useLabels('loss', lossLabels)
  // Text that ticks is movement too.
  const now = useNow(useReducedMotion() ? 5_000 : 1_000)
  const rows = now === null ? [] : rowsOf({ state, since, now, labels, format, inspection: client.inspect() })
  // What still works is worth more than the mere state.
  const advice = loss === null ? '' : lossWords.advice(loss.cause, loss.everyMs, format)
  const meaning =
    status === 'failed'
      ? `${labels.meaning.failed} ${advice}`
      : loss?.cause === 'realtime' || loss?.cause === 'server'
        ? `${lossWords.cause[loss.cause]}. ${advice}`
        : labels.meaning[status]

  return (
    <>
      {part(
        'title',
        'p',
        {},
        <>
          {icon}
          {word}
        </>,
      )}
      {meaning !== undefined && part('meaning', 'p', {}, meaning)}
      {rows.length > 0 &&
        part(
          'rows',
          'dl',
          {},
          rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          )),
        )}
      <Actions part={part} labels={labels} status={status} onSignIn={onSignIn} />
    </>
  )
}

function Actions({
  part,
  labels,
  status,
  onSignIn,
}: Pick<IndicatorDetailsProps, 'part' | 'labels' | 'status' | 'onSignIn'>) {
  const client = useRealtimeClient('RealtimeIndicator')
  const button = (word: string, onClick: () => void) =>
    part('action', 'button', { type: 'button', className: 'lc-button', onClick }, word)
  if (status === 'paused') return part('actions', 'div', {}, button(labels.resume, client.resume))
  if (status === 'connected' || status === 'idle' || status === 'closed') return null
  const signsIn = status === 'unauthorized' && onSignIn !== undefined
  return part(
    'actions',
    'div',
    {},
    <>
      {signsIn && button(labels.signIn, onSignIn)}
      {button(labels.retry, client.reconnect)}
    </>,
  )
}

interface Known {
  state: ConnectionState
  since: number | null
  now: number
  labels: IndicatorLabels
  format: Format
  inspection: ReturnType<ReturnType<typeof useRealtimeClient>['inspect']>
}

function rowsOf({
  state,
  since,
  now,
  labels,
  format,
  inspection,
}: Known): readonly (readonly [name: string, value: string])[] {
  const rows: [string, string][] = []
  const from = 'downSince' in state ? state.downSince : state.name === 'connected' ? state.since : since
  if (from !== null) rows.push([labels.since, `${format.time(from, now)} (${format.ago(from, now)})`])
  if (state.name === 'connected') {
    rows.push([labels.transport, labels.transports[state.transport] ?? state.transport])
    const { p50Ms, p95Ms } = inspection.latency
    if (p50Ms !== null)
      rows.push([labels.latency, labels.latencyOf(Math.round(p50Ms), Math.round(p95Ms ?? p50Ms), format)])
    return rows
  }
  if ('attempt' in state && state.attempt > 0) rows.push([labels.attempt, format.number(state.attempt)])
  if ('retryAt' in state)
    rows.push([labels.nextTry, labels.nextTryIn(Math.ceil((state.retryAt - now) / 1_000), format)])
  const { lastError } = inspection
  if (lastError !== null && (from === null || lastError.at >= from - 60_000))
    rows.push([labels.problem, labels.problems[lastError.code] ?? labels.problems.other])
  return rows
}
