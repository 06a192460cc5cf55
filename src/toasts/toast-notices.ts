// Runs the rules on an event, and says what was wrong with them: one that fails stops no other.
import { RealtimeError } from '../base/errors.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { draftsOf } from './toast-draft.ts'
import type { Notice } from './toast-engine.ts'
import { rulesFor, type ToastRules } from './toast-rules.ts'

export interface NoticesOptions {
  /** Epoch ms. */
  now: number
  /** What happened longer ago, in ms, is no news. */
  maxAgeMs: number
}

export interface Noticed {
  readonly notices: readonly Notice[]
  readonly problems: readonly RealtimeError[]
}

export function noticesOf(event: RealtimeEvent, rules: ToastRules, { now, maxAgeMs }: NoticesOptions): Noticed {
  const problems: RealtimeError[] = []
  const isOld = !event.timeEstimated && now - event.time > maxAgeMs
  const lateness = event.replayed ? 'replayed' : isOld ? 'old' : null
  const about = { time: event.time, eventId: event.id, eventType: event.type, stream: event.stream }
  const notices = rulesFor(rules, event.type).flatMap(([name, rule]) => {
    const where = `The toast rule "${name}" on event ${event.id ?? event.type}`
    const complain = (part: string) => problems.push(new RealtimeError('invalid-toast', `${where}: ${leftOut(part)}`))
    try {
      return draftsOf(rule(event), complain).map((draft) => ({ draft, event: about, lateness }) as const)
    } catch (cause) {
      const advice = 'shows no toast, since it threw; other rules ran. Mend it, or catch inside it.'
      problems.push(new RealtimeError('handler-threw', `${where} ${advice}`, { cause }))
      return []
    }
  })
  return { notices, problems }
}

const leftOut = (part: string) =>
  `its ${part} cannot be shown and is left out${part === 'title' ? ', and the toast with it' : ''}. Texts are strings and not empty, an action has a label and onClick, a link is http, https, mailto or on this page, a priority low, normal, high or critical.`
