// A shape per tone, so that the status is told apart without its colour.
import type { JSX } from 'react'
import type { Tone } from '../client/shown-status.ts'

const shapes: Readonly<Record<Tone, JSX.Element>> = {
  good: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  working: (
    <path d="M10.2 6A4.2 4.2 0 1 1 6 1.8" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
  ),
  off: <circle cx="6" cy="6" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  bad: (
    <path
      d="M2.6 2.6l6.8 6.8M9.4 2.6L2.6 9.4"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
    />
  ),
}

export function StatusGlyph({ tone }: { tone: Tone }): JSX.Element {
  return (
    <svg data-part="glyph" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
      {shapes[tone]}
    </svg>
  )
}
