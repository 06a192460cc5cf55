'use client'
// A shape per priority, so that each is told apart without its colour.
import type { JSX } from 'react'
import type { ToastPriority } from './toast-rules.ts'

const paths: Readonly<Record<ToastPriority | 'summary' | 'close', string>> = {
  low: 'M12 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0z',
  normal: 'M13.25 8a5.25 5.25 0 1 1-10.5 0 5.25 5.25 0 0 1 10.5 0zM8 7.5v3M8 5.25v.01',
  high: 'M8 2.5 13.5 8 8 13.5 2.5 8zM8 5.5v3M8 10.5v.01',
  critical: 'M5.5 2.25h5L13.75 5.5v5l-3.25 3.25h-5L2.25 10.5v-5zM8 5v3.5M8 10.75v.01',
  summary: 'M3 4.5h10M3 8h10M3 11.5h6',
  close: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
}

export function ToastGlyph({ name }: { name: keyof typeof paths }): JSX.Element {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}
