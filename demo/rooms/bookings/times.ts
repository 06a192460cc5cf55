// Days and times as the venue's clock shows them, wherever the page is looked at.
import { localDay, venue } from './venue.ts'

const locale = 'en-GB'
const formatter = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(locale, { ...options, timeZone: venue.timeZone })

const time = formatter({ hour: '2-digit', minute: '2-digit' })
const day = formatter({ weekday: 'short', day: 'numeric', month: 'short' })
const weekday = formatter({ weekday: 'short' })
const both = formatter({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** 14:30 */
export const clockTime = (iso: string): string => time.format(new Date(iso))
/** Mon 9 Nov */
export const dayName = (iso: string): string => day.format(new Date(iso))
/** Mon */
export const shortDay = (iso: string): string => weekday.format(new Date(iso))
/** Mon 9 Nov, 14:30 */
export const dayAndTime = (iso: string): string => both.format(new Date(iso))

/** 14:30–17:30, or with the day where it ends on another one. */
export const span = (startsAt: string, endsAt: string): string =>
  localDay(startsAt) === localDay(endsAt)
    ? `${dayAndTime(startsAt)}–${clockTime(endsAt)}`
    : `${dayAndTime(startsAt)} to ${dayAndTime(endsAt)}`
