// What is told in toasts, by every room.
import type { ToastRules } from 'livecache/toasts'
import { bookingsRealtime } from '../rooms/bookings/realtime.ts'
import { paymentsRealtime } from '../rooms/payments/realtime.ts'
import { socialRealtime } from '../rooms/social/realtime.ts'
import type { events } from './realtime.ts'

export const toastRules = {
  ...paymentsRealtime.toastRules,
  ...bookingsRealtime.toastRules,
  ...socialRealtime.toastRules,
} as ToastRules<typeof events>
