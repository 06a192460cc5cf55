// A shape per status, so that each is told apart without its colour. An app may give its own (`icons`).
import type { JSX } from 'react'
import type { ShownStatus } from '../client/shown-status.ts'
import type { LiveStatus } from '../query/live-status.ts'
import { type Icons, type IconName, useUi } from './ui-context.ts'

const circle = 'M12.75 8a4.75 4.75 0 1 1-9.5 0 4.75 4.75 0 0 1 9.5 0z'

/** Strokes on a ground of 16 by 16; the dot is filled. */
const shapes: Readonly<Record<IconName, string>> = {
  dot: circle,
  ring: circle,
  arc: 'M8 3.25A4.75 4.75 0 1 1 3.25 8',
  key: 'M7.5 8A2.25 2.25 0 1 1 3 8a2.25 2.25 0 0 1 4.5 0zm0 0H13v2.25M10.5 8v1.75',
  cycle: 'M3.5 7.25a4.75 4.75 0 0 1 8.5-2.1m.5 3.6a4.75 4.75 0 0 1-8.5 2.1m8.25-8.35v2.75H9.5M3.75 13.5v-2.75H6.5',
  dash: `${circle}M5.75 8h4.5`,
  slash: `${circle}M4.75 11.25l6.5-6.5`,
  square: 'M4 4h8v8H4z',
  bars: 'M5.75 4v8m4.5-8v8',
  lock: 'M4.25 7.5h7.5v5h-7.5zm1.5 0V5.75a2.25 2.25 0 0 1 4.5 0V7.5',
  cross: 'M4.5 4.5l7 7m0-7l-7 7',
  clock: `${circle}M8 5.25V8l1.75 1.25`,
  check: 'M3.75 8.5l2.75 2.75 5.75-6.5',
  waves: 'M4.75 11.25a4.6 4.6 0 0 1 0-6.5m6.5 0a4.6 4.6 0 0 1 0 6.5M9 8a1 1 0 1 1-2 0 1 1 0 0 1 2 0z',
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
  const shared = useUi().icons
  return (
    <span className="lc-icon" data-part="icon" data-icon={name} aria-hidden="true">
      {icons?.[name] ?? shared?.[name] ?? (
        <svg viewBox="0 0 16 16" width="16" height="16" focusable="false">
          <path
            d={shapes[name]}
            fill={name === 'dot' ? 'currentColor' : 'none'}
            stroke={name === 'dot' ? 'none' : 'currentColor'}
            strokeWidth="1.75"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      )}
    </span>
  )
}
