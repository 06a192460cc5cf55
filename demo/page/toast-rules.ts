// What is told in toasts, by every room.
import type { RealtimeEvent } from 'livecache'
import { goalLabels } from 'livecache/goals'
import type { ToastRules } from 'livecache/toasts'
import { bookingsRealtime } from '../rooms/bookings/realtime.ts'
import { paymentsRealtime } from '../rooms/payments/realtime.ts'
import { socialRealtime } from '../rooms/social/realtime.ts'
import type { GoalChange } from '../shared/payloads.ts'
import { pageId } from './page-id.ts'
import type { events } from './realtime.ts'
import { goalHref } from './view.ts'

/** What this page did itself is no news to it. */
const isOwn = ({ origin }: Pick<RealtimeEvent, 'origin'>) => origin?.clientId === pageId
const { created, completed } = goalLabels.toast

const goalToasts = {
  'goal.created': (event) =>
    isOwn(event)
      ? null
      : { title: created(event.payload.goal.name), description: event.payload.by.name, link: linkTo(event) },
  'goal.completed': (event) =>
    isOwn(event)
      ? null
      : { title: completed(event.payload.goal.name), description: event.payload.by.name, link: linkTo(event) },
} satisfies ToastRules<Pick<typeof events, 'goal.created' | 'goal.completed'>>

function linkTo({ payload: { goal } }: { payload: GoalChange }) {
  return { href: goalHref(goal.id) }
}

export const toastRules: ToastRules<typeof events> = {
  ...goalToasts,
  ...paymentsRealtime.toastRules,
  ...bookingsRealtime.toastRules,
  ...socialRealtime.toastRules,
}
