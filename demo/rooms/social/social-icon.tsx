// Glyphs of this room, drawn as those of the workspace are.
import type { JSX } from 'react'

const paths = {
  heart: <path d="M8 13.2L3.1 8.4a3 3 0 114.3-4.2L8 4.8l.6-.6a3 3 0 114.3 4.2L8 13.2z" />,
  bookmark: <path d="M4.2 2.6h7.6v10.8L8 10.6l-3.8 2.8V2.6z" />,
  up: <path d="M8 12.8V3.4M4 7.2l4-4 4 4" />,
  down: <path d="M8 3.2v9.4M4 8.8l4 4 4-4" />,
  failed: <path d="M8 1.8a6.2 6.2 0 110 12.4A6.2 6.2 0 018 1.8zM8 4.8v4M8 11v.2" />,
  clock: <path d="M8 1.8a6.2 6.2 0 110 12.4A6.2 6.2 0 018 1.8zM8 4.6V8l2.4 1.6" />,
  check: <path d="M3.5 8.4l3 3 6-6.8" />,
  person: <path d="M8 2.4a2.8 2.8 0 110 5.6 2.8 2.8 0 010-5.6zM2.8 13.6a5.2 5.2 0 0110.4 0" />,
  role: <path d="M8 1.8l5 1.8v4.2c0 3-2.1 5.2-5 6.4-2.9-1.2-5-3.4-5-6.4V3.6l5-1.8z" />,
  calendar: <path d="M2.8 3.8h10.4v9.4H2.8zM2.8 6.8h10.4M5.4 2.4v2.4M10.6 2.4v2.4" />,
} satisfies Record<string, JSX.Element>

export type SocialIconName = keyof typeof paths

export function SocialIcon({ name }: { name: SocialIconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      {paths[name]}
    </svg>
  )
}
