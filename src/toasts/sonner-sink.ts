// Toasts by sonner. Its whole list is one polite region; what is to stay unheard says so itself (toast-content.tsx).
import { type ExternalToast, toast } from 'sonner'
import type { ToastSink } from './toast-sink.ts'

/** @param options for each of them, such as `toasterId` or `position` */
export function createSonnerSink(
  options: Pick<ExternalToast, 'toasterId' | 'position' | 'className' | 'style'> = {},
): ToastSink {
  return {
    show({ id, content, durationMs, onGone }) {
      toast.custom(() => content, { ...options, id, duration: durationMs, onDismiss: onGone, onAutoClose: onGone })
    },
    dismiss: (id) => void toast.dismiss(id),
  }
}

/** One for all, so that toasts outlive the component that had them shown. */
export const sonnerSink: ToastSink = createSonnerSink()
