// What is told in toasts, by every room.
import { defineToastRules } from 'livecache/toasts'
import { events } from './realtime.ts'

export const toastRules = defineToastRules(events, {})
