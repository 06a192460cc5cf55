// What the usual names of statuses suggest, for bookings, payments, wallets and goals alike.
import type { Tone } from '../client/shown-status.ts'

const names: Readonly<Record<Exclude<Tone, 'off'>, string>> = {
  good: 'on_track success successful succeeded completed complete confirmed active activated approved paid settled delivered done resolved checked_in online unfrozen met green',
  working: 'pending processing in_progress requested scheduled reserved waiting open review in_review at_risk amber',
  bad: 'failed failure error rejected declined overdue frozen blocked fraud refused missed off_track red',
}

const tones = new Map<string, Tone>(
  (['good', 'working', 'bad'] as const).flatMap((tone) => names[tone].split(' ').map((name) => [name, tone] as const)),
)

/** Any other (`draft`, `cancelled`, `reversed`, `expired`) is `off`. */
export const toneOfStatus = (status: string): Tone => tones.get(keyOfStatus(status)) ?? 'off'

/** `IN_PROGRESS`, `inProgress`, `in-progress`, `In progress` → `in_progress`. */
export const keyOfStatus = (status: string): string =>
  status
    .trim()
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s.-]+/g, '_')
    .toLowerCase()
