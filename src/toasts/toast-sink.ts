// The port to whatever shows toasts. The sink that ships is sonner-sink.ts; another library is one more file like it.
import type { ReactElement } from 'react'
import type { ToastPriority } from './toast-rules.ts'

export interface SinkToast {
  readonly id: string
  /** For a sink that shows words of its own making. */
  readonly title: string
  readonly description: string | undefined
  readonly priority: ToastPriority
  /** In ms; `Infinity`: until a person dismisses it. A sink stops counting while the toast is hovered or the page is hidden. */
  readonly durationMs: number
  /** Whether assistive technology is to hear it this time. `content` is silent by itself where it is not. */
  readonly isHeard: boolean
  /** All of it, ready to be rendered in a polite live region: glyph, words, buttons. */
  readonly content: ReactElement
  /** To be called when it goes away, by time or by a person. */
  readonly onGone: () => void
}

export interface ToastSink {
  /** Shows a toast; one that is there already (by `id`) is changed in place. Three and a summary at most are there at once. */
  show(toast: SinkToast): void
  dismiss(id: string): void
}
