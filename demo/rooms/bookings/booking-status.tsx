// The status of a booking, each with a tone and a shape of its own.
import { StatusTransition, type Tone } from 'livecache'
import type { ReactNode } from 'react'
import type { Status } from './booking.ts'

const tones: Readonly<Record<Status, Tone>> = {
  requested: 'working',
  confirmed: 'good',
  'checked-in': 'good',
  completed: 'off',
  cancelled: 'off',
  'no-show': 'bad',
}

const glyph = (path: string): ReactNode => (
  <svg viewBox="0 0 16 16" width="16" height="16" focusable="false">
    <path d={path} fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
)

/** In place of the one that all of its tone have. */
const glyphs: Partial<Record<Status, Readonly<Record<string, ReactNode>>>> = {
  'checked-in': { check: glyph('M9.5 3.5h3v9h-3M3.5 8h6M7 5.25L9.75 8 7 10.75') },
  completed: { ring: glyph('M2.5 8.5l2.5 2.75 5-6.5M8.5 11.25l5-6.5') },
  cancelled: { ring: glyph('M12.75 8a4.75 4.75 0 1 1-9.5 0 4.75 4.75 0 0 1 9.5 0zM4.75 11.25l6.5-6.5') },
}

export function BookingStatus({ status }: { status: Status }) {
  const icons = glyphs[status]
  return <StatusTransition status={status} tone={tones[status]} labels={words} {...(icons && { icons })} />
}

const words = { no_show: 'No-show' }
