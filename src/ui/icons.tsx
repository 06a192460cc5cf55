// A shape per status, so that each is told apart without its colour. An app may give its own (`icons`).
import type { JSX, ReactNode } from 'react'
import type { ShownStatus } from '../client/shown-status.ts'
import type { LiveStatus } from '../query/live-status.ts'

export type IconName =
  | 'dot'
  | 'ring'
  | 'arc'
  | 'key'
  | 'cycle'
  | 'dash'
  | 'slash'
  | 'square'
  | 'bars'
  | 'lock'
  | 'cross'
  | 'clock'
  | 'check'
  | 'waves'

/** Others in place of ours. */
export type Icons = { readonly [Name in IconName]?: ReactNode }

const shapes: Readonly<Record<IconName, JSX.Element>> = {
  dot: <circle cx="8" cy="8" r="4.5" fill="currentColor" stroke="none" />,
  ring: <circle cx="8" cy="8" r="4.75" />,
  arc: <path d="M8 3.25A4.75 4.75 0 1 1 3.25 8" />,
  key: <path d="M7.5 8a2.25 2.25 0 1 1-4.5 0 2.25 2.25 0 0 1 4.5 0zm0 0H13v2.25M10.5 8v1.75" />,
  cycle: (
    <path d="M3.5 7.25a4.75 4.75 0 0 1 8.5-2.1M12.5 8.75a4.75 4.75 0 0 1-8.5 2.1M12.25 2.5v2.75H9.5M3.75 13.5v-2.75H6.5" />
  ),
  dash: <path d="M12.75 8a4.75 4.75 0 1 1-9.5 0 4.75 4.75 0 0 1 9.5 0zM5.75 8h4.5" />,
  slash: <path d="M12.75 8a4.75 4.75 0 1 1-9.5 0 4.75 4.75 0 0 1 9.5 0zM4.75 11.25l6.5-6.5" />,
  square: <rect x="3.75" y="3.75" width="8.5" height="8.5" rx="1.75" />,
  bars: <path d="M5.75 4v8M10.25 4v8" strokeWidth="2.25" />,
  lock: <path d="M4.25 7.5h7.5v5h-7.5zM5.75 7.5V5.75a2.25 2.25 0 0 1 4.5 0V7.5" />,
  cross: <path d="M4.5 4.5l7 7M11.5 4.5l-7 7" strokeWidth="2" />,
  clock: <path d="M12.75 8a4.75 4.75 0 1 1-9.5 0 4.75 4.75 0 0 1 9.5 0zM8 5.25V8l1.75 1.25" />,
  check: <path d="M3.75 8.5l2.75 2.75 5.75-6.5" strokeWidth="2" />,
  waves: (
    <>
      <circle cx="8" cy="8" r="1.75" fill="currentColor" stroke="none" />
      <path d="M4.75 11.25a4.6 4.6 0 0 1 0-6.5M11.25 4.75a4.6 4.6 0 0 1 0 6.5" />
    </>
  ),
}

export const iconOfStatus: Readonly<Record<ShownStatus, IconName>> = {
  idle: 'ring',
  connecting: 'arc',
  authenticating: 'key',
  connected: 'dot',
  reconnecting: 'cycle',
  suspended: 'dash',
  offline: 'slash',
  closed: 'square',
  paused: 'bars',
  unauthorized: 'lock',
  failed: 'cross',
}

export const iconOfLive: Readonly<Record<LiveStatus | 'paused', IconName>> = {
  live: 'waves',
  polling: 'cycle',
  stale: 'clock',
  offline: 'slash',
  paused: 'bars',
}

/** Never heard: the word is beside it, or in the name of what it stands in. */
export function Icon({ name, icons }: { name: IconName; icons?: Icons | undefined }): JSX.Element {
  return (
    <span className="lc-icon" data-part="icon" data-icon={name} aria-hidden="true">
      {icons?.[name] ?? (
        <svg
          viewBox="0 0 16 16"
          width="16"
          height="16"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.75"
          strokeLinecap="round"
          strokeLinejoin="round"
          focusable="false"
        >
          {shapes[name]}
        </svg>
      )}
    </span>
  )
}
