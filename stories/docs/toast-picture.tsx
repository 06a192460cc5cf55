// A toast as it looks, lying on the page: of events that come once, by a sink that shows the one which is wanted.
import { defineEvents, payload, type RealtimeEvent } from 'livecache'
import { defineToastRules, RealtimeToasts, type SinkToast, type ToastDraft } from 'livecache/toasts'
import { type JSX, type ReactNode, useState } from 'react'
import { FrozenLink, states } from './frozen-link.tsx'

const table = defineEvents({ 'picture.wanted': payload<ToastDraft>() })
const rules = defineToastRules(table, { 'picture.wanted': (event) => event.payload })

interface ToastPictureProps {
  /** What happens, in this order. */
  drafts: readonly ToastDraft[]
  /** Which of the toasts is the picture. @default any */
  shows?: (toast: SinkToast) => boolean
  onShowAll?: () => void
}

export function ToastPicture({ drafts, shows = () => true, onShowAll }: ToastPictureProps): JSX.Element {
  const [events] = useState(() => drafts.map(eventOf))
  const [content, setContent] = useState<ReactNode>(null)
  const [sink] = useState(() => ({
    show: (toast: SinkToast) => shows(toast) && setContent(toast.content),
    dismiss: () => {},
  }))
  return (
    <FrozenLink state={states.connected} events={events}>
      <RealtimeToasts rules={rules} sink={sink} onShowAll={onShowAll} />
      {content}
    </FrozenLink>
  )
}

const eventOf = (draft: ToastDraft): RealtimeEvent => ({
  id: null,
  type: 'picture.wanted',
  time: Date.now(),
  timeEstimated: true,
  payload: draft,
  entity: null,
  meta: {},
  replayed: false,
  transport: 'memory',
  receivedAt: Date.now(),
  raw: null,
})
