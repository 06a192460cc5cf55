// What the client does and notices, told to whoever watches: Sentry breadcrumbs, OpenTelemetry, the console. No payload and no
// token is ever in it.
import type { Clock } from '../base/clock.ts'
import type { RealtimeErrorCode } from '../base/errors.ts'
import type { ConnectionStatus } from './connection-machine.ts'
import type { TokenReason } from './credentials.ts'
import type { Resync } from './resync.ts'
import type { Revoked } from './revoked.ts'

/** What each kind of diagnostic carries. */
export interface DiagnosticFields {
  /** The link is in another state. */
  state: { from: ConnectionStatus; to: ConnectionStatus; reason?: string }
  /** A transport is being tried. `attempt` counts the failures before it. */
  attempt: { transport: string; attempt: number }
  /** Another transport took over a running link. */
  transport: { from: string; to: string }
  /** The app was asked for another token, or what came of it. */
  refresh: { reason: TokenReason; outcome: 'asked' | 'renewed' | 'failed' }
  /** Events `from`…`to` (their `seq`) of a stream did not come. `epoch`: its log was replaced, so nobody knows how many. */
  gap: { stream: string; cause: 'timeout' | 'overflow' | 'epoch'; from?: number; to?: number }
  /** Queries are fetched again. */
  resync: { streams: readonly string[] | 'all'; cause: Resync['cause'] }
  /** Streams may no longer be read. */
  revoked: Revoked
  /** Something that arrived could not be used. */
  quarantine: { reason: string; path: string | null; eventType: string | null }
  /** Handing over took longer than its budget. */
  'slow-flush': { durationMs: number; events: number }
  /** The app could not keep up: so many events were dropped, and a resync takes their place. */
  overflow: { dropped: number }
  /** Something published was answered, or given up. */
  publish: { id: string; outcome: 'published' | 'failed'; code?: RealtimeErrorCode }
  error: { code: RealtimeErrorCode; message: string }
}

/** Which kind of thing happened. */
export type DiagnosticType = keyof DiagnosticFields
/** How much it matters: `warning` and `error` are worth a look. */
export type DiagnosticLevel = 'debug' | 'info' | 'warning' | 'error'

/** One thing that happened. `type` tells which fields it has; `message` says it as a sentence. */
export type Diagnostic = {
  [Type in DiagnosticType]: {
    readonly type: Type
    /** Epoch ms. */
    readonly at: number
    readonly level: DiagnosticLevel
    readonly message: string
  } & Readonly<DiagnosticFields[Type]>
}[DiagnosticType]

export type Tell = <Type extends DiagnosticType>(type: Type, fields: DiagnosticFields[Type]) => void

export interface DiagnosticsOptions {
  clock: Clock
  onDiagnostic: ((diagnostic: Diagnostic) => void) | undefined
  /** Also prints each as a line. */
  debug: boolean
  onError: (cause: unknown) => void
}

/** Costs nothing where nobody watches. */
export function createTell({ clock, onDiagnostic, debug, onError }: DiagnosticsOptions): Tell {
  if (onDiagnostic === undefined && !debug) return () => {}
  const beganAt = clock.now()
  return (type, fields) => {
    const at = clock.now()
    const message = sentences[type](fields)
    const diagnostic = { type, at, level: levelOf(type, fields), message, ...fields } as Diagnostic
    if (debug) console.debug(`[livecache] +${((at - beganAt) / 1000).toFixed(3)}s ${message}`)
    try {
      onDiagnostic?.(diagnostic)
    } catch (error) {
      onError(error)
    }
  }
}

const listed = (streams: readonly string[] | 'all'): string => (streams === 'all' ? 'all streams' : streams.join(', '))

const because = (reason: string | undefined): string => (reason ? `: ${reason}` : '')

const sentences: { [Type in DiagnosticType]: (fields: DiagnosticFields[Type]) => string } = {
  state: ({ from, to, reason }) => `${from} → ${to}${because(reason)}`,
  attempt: ({ transport, attempt }) => `trying ${transport}${attempt > 0 ? `, after ${attempt} failed` : ''}`,
  transport: ({ from, to }) => `${to} takes over from ${from}`,
  refresh: ({ reason, outcome }) => `token ${outcome} (${reason})`,
  gap: ({ stream, cause, from, to }) => `gap in ${stream}${from === undefined ? '' : `, ${from} to ${to}`} (${cause})`,
  resync: ({ streams, cause }) => `resync of ${listed(streams)} (${cause})`,
  revoked: ({ streams }) => `may no longer read ${listed(streams)}`,
  quarantine: ({ reason }) => `quarantined ${reason}`,
  'slow-flush': ({ durationMs, events }) => `a flush of ${events} took ${durationMs} ms`,
  overflow: ({ dropped }) => `${dropped} events dropped, since the app could not keep up`,
  publish: ({ id, outcome, code }) => `publish ${id} ${outcome}${because(code)}`,
  error: ({ code, message }) => `${code}: ${message}`,
}

const levels: Readonly<Record<DiagnosticType, DiagnosticLevel>> = {
  state: 'info',
  attempt: 'debug',
  transport: 'info',
  refresh: 'debug',
  gap: 'warning',
  resync: 'info',
  revoked: 'info',
  quarantine: 'warning',
  'slow-flush': 'warning',
  overflow: 'warning',
  publish: 'debug',
  error: 'error',
}

function levelOf<Type extends DiagnosticType>(type: Type, fields: DiagnosticFields[Type]): DiagnosticLevel {
  const isFailure = 'outcome' in fields && fields.outcome === 'failed'
  return isFailure ? 'warning' : levels[type]
}
