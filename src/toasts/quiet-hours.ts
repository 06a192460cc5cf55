// When only what is critical may disturb. Judged by the clock on the wall of a time zone, so that summer time needs no rule of its own.
import { RealtimeError } from '../base/errors.ts'

/** Days as `quietHours` knows them. */
export type Weekday = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'

export interface QuietHours {
  /** `HH:MM`, 00:00 to 23:59, on the wall of the zone; included. */
  readonly from: string
  /** The same, excluded; earlier than `from` means the next day, equal to it a full day. */
  readonly to: string
  /** IANA name, such as `Europe/Berlin`. @default the device's */
  readonly timeZone?: string | undefined
  /** The days on which they begin. @default every day */
  readonly days?: readonly Weekday[] | undefined
}

const weekdays: readonly string[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] satisfies Weekday[]

/** Whether these hours are on, at a time in epoch ms. Throws `invalid-option` for times, days and zones that are none. */
export function quietHours({ from, to, timeZone, days }: QuietHours): (at: number) => boolean {
  const begin = minutesOf(from)
  const end = minutesOf(to)
  for (const day of days ?? []) {
    if (!weekdays.includes(day)) throw refusal(day)
  }
  const wallClock = wallClockOf(timeZone)
  const beginsOn = (weekday: number) => days === undefined || days.includes(weekdays[(weekday + 7) % 7] as Weekday)

  return (at) => {
    const { minutes, weekday } = wallClock(at)
    if (begin < end) return minutes >= begin && minutes < end && beginsOn(weekday)
    return minutes >= begin ? beginsOn(weekday) : minutes < end && beginsOn(weekday - 1)
  }
}

function minutesOf(time: string): number {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time)
  if (found === null) throw refusal(time)
  return Number(found[1]) * 60 + Number(found[2])
}

function wallClockOf(timeZone: string | undefined) {
  const format = formatIn(timeZone)
  return (at: number) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return {
      minutes: Number(parts['hour']) * 60 + Number(parts['minute']),
      weekday: weekdays.indexOf(String(parts['weekday']).toLowerCase()),
    }
  }
}

function formatIn(timeZone: string | undefined): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en', {
      ...(timeZone !== undefined && { timeZone }),
      hourCycle: 'h23',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
  } catch {
    throw refusal(timeZone)
  }
}

const refusal = (what: string | undefined) =>
  new RealtimeError(
    'invalid-option',
    `Quiet hours cannot be kept: "${what}" is no time (00:00 to 23:59), no weekday (${weekdays.join(', ')}) or no time zone known here (such as Europe/Berlin).`,
  )
