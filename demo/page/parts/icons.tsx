// Glyphs, drawn on a grid of 16. Each stands beside its word, so none is announced.
import type { JSX } from 'react'

const paths = {
  'on-track': <path d="M3.5 8.4l3 3 6-6.8" />,
  'at-risk': <path d="M8 2.6l6 10.6H2L8 2.6zM8 6.6v3M8 11.4v.2" />,
  'off-track': <path d="M8 1.8a6.2 6.2 0 110 12.4A6.2 6.2 0 018 1.8zM8 4.8v4M8 11v.2" />,
  completed: <path d="M8 1.8a6.2 6.2 0 110 12.4A6.2 6.2 0 018 1.8zM5.2 8.2l2 2 3.6-4.2" />,
  back: <path className="mirrored" d="M9.8 3.4L5.2 8l4.6 4.6" />,
  plus: <path d="M8 3v10M3 8h10" />,
  edit: <path d="M10.6 3.2l2.2 2.2-7 7H3.6v-2.2l7-7z" />,
  close: <path d="M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4" />,
  pause: <path d="M5.6 3.6v8.8M10.4 3.6v8.8" />,
  play: <path className="mirrored" d="M5 3.4l7.4 4.6L5 12.6V3.4z" />,
  faults: <path d="M8.8 1.8L3.6 9h4l-.8 5.2L12.4 7h-4l.4-5.2z" />,
  goals: <path d="M8 1.8a6.2 6.2 0 110 12.4A6.2 6.2 0 018 1.8zM8 5.2a2.8 2.8 0 110 5.6 2.8 2.8 0 010-5.6z" />,
  payments: <path d="M2.4 4.2h11.2v7.6H2.4zM2.4 6.8h11.2M4.8 9.6h2.4" />,
  bookings: <path d="M2.8 3.8h10.4v9.4H2.8zM2.8 6.8h10.4M5.4 2.4v2.4M10.6 2.4v2.4" />,
  social: <path d="M13.4 3.2H2.6v7.6h3v2.4l2.8-2.4h5zM5.4 6.2h5.2M5.4 8.2h3.2" />,
  columns: <path d="M2.4 3.2h11.2v9.6H2.4zM8 3.2v9.6" />,
  window: <path d="M6.4 3.4H3.2v9.4h9.4V9.6M9.2 3.2h3.6v3.6M12.6 3.4L7.4 8.6" />,
} satisfies Record<string, JSX.Element>

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      {paths[name]}
    </svg>
  )
}
