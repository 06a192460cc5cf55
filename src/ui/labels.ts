// Every word the components show and say, in English, as one object per component so that an app carries only what it uses.
// Other languages are objects of the same shape (labels-ar.ts); what a count or a time enters is a function.
import type { RealtimeErrorCode } from '../base/errors.ts'
import type { ShownStatus, Tone } from '../client/shown-status.ts'
import type { LiveStatus } from '../query/live-status.ts'
import type { Format } from './format.ts'
import type { LossCause } from './loss.ts'

export interface IndicatorLabels {
  /** What the status is the status of; heard, not seen. */
  readonly name: string
  readonly status: Readonly<Record<ShownStatus, string>>
  /** For whoever wants three words only. */
  readonly simple: Readonly<Record<Tone, string>>
  /** A sentence on what a status means for who sees it, where the word does not say it all. */
  readonly meaning: Readonly<Partial<Record<ShownStatus, string>>>
  /** Beside `connected`, where a lesser transport carries the data. */
  readonly degraded: string
  readonly since: string
  readonly transport: string
  /** By the transport's name; any other is shown as it is. */
  readonly transports: Readonly<Record<string, string>>
  readonly latency: string
  readonly latencyOf: (p50Ms: number, p95Ms: number, format: Format) => string
  readonly attempt: string
  readonly nextTry: string
  readonly nextTryIn: (seconds: number, format: Format) => string
  readonly problem: string
  /** In plain words; a code that is not named is told as `other`. */
  readonly problems: Readonly<{ [Code in RealtimeErrorCode]?: string } & { other: string }>
  readonly retry: string
  readonly signIn: string
  readonly resume: string
}

export interface LossLabels {
  /** What is the matter. */
  readonly cause: Readonly<Record<LossCause, string>>
  /** What still works, and what to do. `everyMs`: how often data is fetched meanwhile; null where it is not. */
  readonly advice: (cause: LossCause, everyMs: number | null, format: Format) => string
  /** Said once a loss has lasted, and once it is over. */
  readonly lost: string
  readonly back: string
}

export interface BadgeLabels {
  readonly status: Readonly<Record<LiveStatus | 'paused', string>>
}

export interface HighlightLabels {
  readonly changed: string
}

export interface DialogLabels {
  readonly close: string
}

export interface ToastLabels {
  /** Names the region that holds the toasts. */
  readonly region: string
  readonly critical: string
  /** More came than is shown one by one. */
  readonly more: (count: number, format: Format) => string
  /** What came while the page was hidden. */
  readonly away: (count: number, format: Format) => string
  /** Several critical ones in one. */
  readonly criticalGroup: (count: number, format: Format) => string
  /** Beside the newest of a group. */
  readonly grouped: (others: number, format: Format) => string
  readonly open: string
  /** Leads from a toast that stands for several to all of them. */
  readonly showAll: string
  readonly dismiss: string
}

/** Statuses of an app's own things (bookings, payments), by their name in lower case with `_` between words. */
export type StatusLabels = Readonly<Record<string, string>>

export interface Labels {
  /** The language of the words, which numbers and times follow. BCP 47. */
  readonly locale: string
  readonly indicator: IndicatorLabels
  readonly loss: LossLabels
  readonly badge: BadgeLabels
  readonly highlight: HighlightLabels
  readonly status: StatusLabels
  readonly dialog: DialogLabels
  readonly toasts: ToastLabels
}

/** Some of the words, in place of the default ones. */
export type LabelsOf<Section> = {
  readonly [Key in keyof Section]?: Section[Key] extends Readonly<Record<string, string>>
    ? Partial<Section[Key]>
    : Section[Key]
}
export type PartialLabels = {
  readonly [Section in keyof Labels]?: Labels[Section] extends string ? string : LabelsOf<Labels[Section]>
}

export const indicatorLabels: IndicatorLabels = {
  name: 'Realtime',
  status: {
    idle: 'Not connected',
    connecting: 'Connecting',
    authenticating: 'Signing in',
    connected: 'Connected',
    reconnecting: 'Reconnecting',
    suspended: 'Disconnected',
    offline: 'Offline',
    closed: 'Closed',
    paused: 'Paused',
    unauthorized: 'Signed out',
    failed: 'Refused',
  },
  simple: { good: 'Connected', working: 'Reconnecting', off: 'Disconnected', bad: 'Disconnected' },
  meaning: {
    idle: 'Live updates are off.',
    connected: 'Changes appear as they happen.',
    reconnecting: 'The connection is being restored. Nothing is lost.',
    suspended: 'Still trying to connect.',
    offline: 'This device has no network. Live updates come back with it.',
    paused: 'Live updates are on hold. Nothing is lost.',
    unauthorized: 'Sign in again to see changes as they happen.',
    failed: 'The server refuses the connection, so it is not tried again by itself.',
  },
  degraded: 'Slower connection',
  since: 'Since',
  transport: 'Carried by',
  transports: { websocket: 'WebSocket', sse: 'Event stream', polling: 'Polling', memory: 'Memory' },
  latency: 'Round trip',
  latencyOf: (p50Ms, p95Ms, format) =>
    p50Ms === p95Ms ? format.ms(p50Ms) : `${format.ms(p50Ms)}, at times ${format.ms(p95Ms)}`,
  attempt: 'Attempt',
  nextTry: 'Next try',
  nextTryIn: (seconds, format) => (seconds <= 0 ? 'now' : `in ${format.seconds(seconds)}`),
  problem: 'Last problem',
  problems: {
    'token-failed': 'Your sign-in could not be renewed.',
    unauthorized: 'The server did not accept your sign-in.',
    refused: 'The server turned the connection down.',
    'protocol-fault': 'The server does not understand this app. It may need an update.',
    other: 'Something unexpected. It was survived.',
  },
  retry: 'Retry now',
  signIn: 'Sign in',
  resume: 'Resume',
}

export const lossLabels: LossLabels = {
  cause: {
    device: 'You are offline',
    server: 'The server cannot be reached',
    signedOut: 'You are signed out',
    realtime: 'Live updates are interrupted',
  },
  advice(cause, everyMs, format) {
    if (cause === 'signedOut') return 'Sign in again to see changes as they happen.'
    if (cause !== 'realtime') return 'What you see may be out of date.'
    return everyMs === null
      ? 'Data refreshes when you ask for it.'
      : `Data still refreshes every ${format.seconds(everyMs / 1000)}.`
  },
  lost: 'Connection lost, retrying',
  back: 'Back online',
}

export const badgeLabels: BadgeLabels = {
  status: { live: 'Live', polling: 'Polling', stale: 'Stale', offline: 'Offline', paused: 'Paused' },
}

export const highlightLabels: HighlightLabels = { changed: 'New' }

/** Only what a mere reading of the name would not give. */
export const statusLabels: StatusLabels = {}

export const dialogLabels: DialogLabels = { close: 'Close' }

export const toastLabels: ToastLabels = {
  region: 'Notifications',
  critical: 'Critical',
  more: (count, format) => format.plural(count, { one: '# more update', other: '# more updates' }),
  away: (count, format) =>
    format.plural(count, { one: '# update while you were away', other: '# updates while you were away' }),
  criticalGroup: (count, format) => format.plural(count, { one: '# critical notice', other: '# critical notices' }),
  grouped: (others, format) => format.plural(others, { one: 'and # more', other: 'and # more' }),
  open: 'Open',
  showAll: 'Show all',
  dismiss: 'Dismiss',
}

/** All words, in English. */
export const en: Labels = {
  locale: 'en',
  indicator: indicatorLabels,
  loss: lossLabels,
  badge: badgeLabels,
  highlight: highlightLabels,
  status: statusLabels,
  dialog: dialogLabels,
  toasts: toastLabels,
}
