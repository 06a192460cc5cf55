// What becomes of each notice: on screen, in the summary, kept for later, or in the history alone. Pure: state and an input make
// the next state and what the sink has to do. Who lets time pass and knows the page is toast-center.ts.
//
//            muted, quiet, replayed, old ──▶ history alone
//   arrived ─ page hidden ──▶ away (critical: waiting) ─ page shown ──▶ one summary (critical: shown)
//            └ modal open ──▶ waiting ─ modal closed ──▶ shown, in order      (critical: shown at once)
//             └ else ───────▶ shown, 3 at most ─ no place ──▶ summary, once it has settled
import type { Draft } from './toast-draft.ts'
import { admit, type Card, cardOf, merged, priorityOf, rankOf, saysTheSame, summaryCard } from './toast-card.ts'
import type { ToastLink, ToastPriority } from './toast-rules.ts'

/** What became of a notice. `deferred` waits for a dialog to close; `hidden` came while nobody saw the page. */
export type ToastOutcome = 'shown' | 'summarised' | 'deferred' | 'hidden' | 'quiet' | 'muted' | 'replayed' | 'old'

export interface ToastEntry {
  readonly id: string
  readonly title: string
  /** The second line. */
  readonly description?: string | undefined
  readonly priority: ToastPriority
  /** Where more about it is. */
  readonly link?: ToastLink | undefined
  /** When it happened, epoch ms by the server's clock. */
  readonly time: number
  readonly eventId: string | null
  readonly eventType: string
  /** That of the event. */
  readonly stream?: string | undefined
  readonly outcome: ToastOutcome
}

/** A draft and the event it was made of. */
export interface Notice {
  readonly draft: Draft
  readonly event: Pick<ToastEntry, 'time' | 'eventId' | 'eventType' | 'stream'>
  /** Why it is no news: sent again after a loss, or too long ago. */
  readonly lateness: 'replayed' | 'old' | null
}

/** What holds while an input is taken. */
export interface Moment {
  /** Epoch ms. */
  readonly now: number
  readonly isHidden: boolean
  readonly isModal: boolean
  /** Why only what is critical may disturb, and without a sound; null where all may. */
  readonly hush: 'muted' | 'quiet' | null
  readonly maxEntries: number
}

export type ToastInput =
  | { readonly type: 'arrived'; readonly notices: readonly Notice[] }
  /** Time has passed, or the page is another. */
  | { readonly type: 'looked' }
  /** A toast went away, by whomever. */
  | { readonly type: 'gone'; readonly id: string }
  /** Takes away whatever is of these streams, or everything. @param of says which streams */
  | { readonly type: 'revoked'; readonly of: (stream: string | undefined) => boolean }
  | { readonly type: 'cleared' }
  /** Takes all toasts away; the history stays. */
  | { readonly type: 'dismissed' }

export type ToastEffect =
  /** Puts it on screen; where it is, changes it. @param isHeard by assistive technology, from the sink's own region */
  | { readonly type: 'show'; readonly card: Card; readonly isHeard: boolean }
  | { readonly type: 'dismiss'; readonly id: string }
  /** To be said from inside of the dialog that is open. */
  | { readonly type: 'say'; readonly card: Card }
  | { readonly type: 'sound'; readonly priority: ToastPriority }

interface Summary {
  readonly count: number
  /** As it is on screen; null until it has settled. */
  readonly card: Card | null
  readonly kind: 'more' | 'away'
  readonly since: number
  readonly shownAt: number
  /** When it is to be brought up to date; null while it is. */
  readonly dueAt: number | null
}

export interface ToastState {
  /** Newest first. */
  readonly entries: readonly ToastEntry[]
  /** On screen, oldest first. */
  readonly shown: readonly Card[]
  readonly waiting: readonly Card[]
  readonly summary: Summary | null
  /** What was heard of late, by `dedupeKey`. */
  readonly heard: ReadonlyMap<string, NonNullable<Card['spoken']>>
  readonly prefix: string
  readonly lastId: number
}

/** What is said again within this, in ms, is not spoken again. */
const repeatAfterMs = 10_000
/** A summary is first shown when nothing has come for so long, in ms, or so long after the first that it holds. */
const settleMs = 500
const maxSettleMs = 2_000
/** Between two changes of a summary, in ms. */
const summaryGapMs = 1_000
/** How often it is seen whether a dialog is still open, in ms, while something waits for that. */
const pollMs = 250

/** @param prefix of all ids, so that those of two engines differ */
export function initialState(prefix: string): ToastState {
  const nothing = { entries: [], shown: [], waiting: [], summary: null, lastId: 0 }
  return { ...nothing, heard: new Map(), prefix }
}

export interface Step {
  readonly state: ToastState
  readonly effects: readonly ToastEffect[]
}

export function step(before: ToastState, input: ToastInput, moment: Moment): Step {
  const state = settle(take(settle(before, moment), input, moment), moment)
  return present(input.type === 'gone' ? without(before, input.id) : before, state, moment)
}

/** When to look again, in epoch ms; null: not before something happens. */
export function lookAgainAt({ waiting, summary }: ToastState, { now, isHidden, isModal }: Moment): number | null {
  const dueAt = summary?.dueAt ?? null
  if (isHidden || (waiting.length === 0 && dueAt === null)) return null
  return isModal ? now + pollMs : Math.min(dueAt ?? now, now + maxSettleMs)
}

function take(state: ToastState, input: ToastInput, moment: Moment): ToastState {
  switch (input.type) {
    case 'arrived':
      return input.notices.reduce<ToastState>((reached, notice) => arrive(reached, notice, moment), state)
    case 'looked':
      return state
    case 'gone':
      return leave(state, input.id, moment.now)
    case 'revoked':
      return {
        ...state,
        entries: state.entries.filter(({ stream }) => !input.of(stream)),
        shown: readable(state.shown, input.of),
        waiting: readable(state.waiting, input.of),
      }
    case 'cleared':
      return { ...state, entries: [] }
    case 'dismissed':
      return { ...state, shown: [], waiting: [], summary: null }
    default:
      return input satisfies never
  }
}

/** Without what is of these streams, and without titles of which nobody knows that any more. */
function readable(cards: readonly Card[], isOf: (stream: string | undefined) => boolean): readonly Card[] {
  return cards.flatMap((card) => {
    if (isOf(card.stream)) return []
    return [card.older.length === 0 ? card : { ...card, older: [] }]
  })
}

function arrive(state: ToastState, notice: Notice, moment: Moment): ToastState {
  const { draft, event } = notice
  const { title, description, priority, link } = draft
  const id = `${state.prefix}${state.lastId + 1}`
  const outcome = outcomeOf(notice, moment)
  const entry = { id, title, description, priority, link, ...event, outcome }
  const noted = {
    ...state,
    lastId: state.lastId + 1,
    entries: [entry, ...state.entries].slice(0, moment.maxEntries),
  }
  const card = cardOf(id, draft, event.stream)
  if (outcome === 'shown') return put(noted, card, moment)
  if (outcome === 'deferred' || (outcome === 'hidden' && card.isPersistent)) return wait(noted, card, moment)
  return outcome === 'hidden' ? { ...noted, summary: counted(noted.summary, 1, 'away', moment.now) } : noted
}

function outcomeOf({ lateness, draft }: Notice, { hush, isHidden, isModal }: Moment): ToastOutcome {
  if (lateness !== null) return lateness
  const isCritical = draft.priority === 'critical'
  if (hush !== null && !isCritical) return hush
  if (isHidden) return 'hidden'
  return isModal && !isCritical ? 'deferred' : 'shown'
}

function put(state: ToastState, card: Card, moment: Moment): ToastState {
  // What waits and says the same is older: it must not come up later, over this.
  const older = state.waiting.find((one) => saysTheSame(one, card))
  const next = older === undefined ? card : merged(older, card)
  const { cards, out } = admit(state.shown, next)
  const waiting = state.waiting.filter((one) => one !== older)
  return overflow(marked({ ...state, shown: cards, waiting }, next, 'shown'), out, moment)
}

function wait(state: ToastState, card: Card, moment: Moment): ToastState {
  const { cards, out } = admit(state.waiting, card)
  return overflow({ ...state, waiting: cards }, out, moment)
}

function marked(state: ToastState, { entryIds }: Card, outcome: ToastOutcome): ToastState {
  const ids = new Set(entryIds)
  return { ...state, entries: state.entries.map((entry) => (ids.has(entry.id) ? { ...entry, outcome } : entry)) }
}

function overflow(state: ToastState, out: readonly Card[], { now, hush }: Moment): ToastState {
  // What gives way to a critical one then was on screen; a summary of it would be one more that disturbs.
  if (hush !== null) return state
  return out.reduce<ToastState>(
    (reached, card) =>
      marked({ ...reached, summary: counted(reached.summary, card.count, 'more', now) }, card, 'summarised'),
    state,
  )
}

function counted(summary: Summary | null, more: number, kind: Summary['kind'], now: number): Summary {
  const known = summary ?? { count: 0, card: null, kind, since: now, shownAt: -Infinity, dueAt: null }
  const dueAt =
    known.card !== null
      ? (known.dueAt ?? Math.max(now, Math.min(known.shownAt, now) + summaryGapMs))
      : kind === 'away'
        ? now
        : Math.min(now + settleMs, known.since + maxSettleMs)
  return { ...known, count: known.count + more, kind: known.kind === kind ? kind : 'more', dueAt }
}

function leave(state: ToastState, id: string, now: number): ToastState {
  const { summary } = state
  if (summary?.card?.id !== id) return without(state, id)
  const left = summary.count - summary.card.count
  return { ...state, summary: left > 0 ? counted(null, left, 'more', now) : null }
}

function without(state: ToastState, id: string): ToastState {
  const summary = state.summary?.card?.id === id ? null : state.summary
  return { ...state, shown: state.shown.filter((card) => card.id !== id), summary }
}

/** Does what the moment allows or forbids, whatever the input. */
function settle(state: ToastState, moment: Moment): ToastState {
  return refreshed(released(hushed(state, moment), moment), moment)
}

/** What was to be shown later, and is not wanted any more. */
function hushed(state: ToastState, { hush }: Moment): ToastState {
  if (hush === null) return state
  const { waiting, summary } = state
  const dropped = waiting.filter(({ isPersistent }) => !isPersistent)
  const shown = summary?.card ?? null
  return dropped.reduce<ToastState>((reached, card) => marked(reached, card, hush), {
    ...state,
    waiting: waiting.filter(({ isPersistent }) => isPersistent),
    summary: summary === null || shown === null ? null : { ...summary, count: shown.count, dueAt: null },
  })
}

/** What waited for the page, or for a dialog to close. */
function released(state: ToastState, moment: Moment): ToastState {
  if (moment.isHidden) return state
  const isDue = ({ isPersistent }: Card) => isPersistent || !moment.isModal
  const due = state.waiting.filter(isDue)
  if (due.length === 0) return state
  const rest = { ...state, waiting: state.waiting.filter((card) => !isDue(card)) }
  return due.reduce<ToastState>((reached, card) => put(reached, card, moment), rest)
}

function refreshed(state: ToastState, { isHidden, isModal, now }: Moment): ToastState {
  const { summary } = state
  if (isHidden || isModal || summary === null || summary.dueAt === null) return state
  // A clock that was set back must not hold it.
  if (summary.dueAt > now && summary.dueAt - now <= maxSettleMs) return state
  const lastId = summary.card === null ? state.lastId + 1 : state.lastId
  const base = summary.card ?? summaryCard(`${state.prefix}${lastId}`, summary.kind, 0)
  const card = { ...base, kind: summary.kind, count: summary.count }
  return { ...state, lastId, summary: { ...summary, card, shownAt: now, dueAt: null } }
}

const onScreen = ({ shown, summary }: ToastState): readonly Card[] => (summary?.card ? [...shown, summary.card] : shown)

/** What the sink has to do for what is on screen now, and who hears of it. */
function present(before: ToastState, after: ToastState, { now, isModal, hush }: Moment): Step {
  const effects: ToastEffect[] = []
  const heard = new Map([...after.heard].filter(([, { at }]) => isRecent(at, now)))
  const had = new Map(onScreen(before).map((card) => [card.id, card]))
  const has = new Set(onScreen(after).map(({ id }) => id))
  let loudest: Card | null = null

  function shownCard(card: Card): Card {
    const was = had.get(card.id)
    if (was === card) return card
    const last = was === undefined ? recallOf(card) : was.spoken
    const isNews = isNewsTo(last, was, card, now)
    const spoken = { at: isNews ? now : last!.at, rank: rankOf(card) }
    const next = { ...card, spoken }
    for (const key of card.keys) heard.set(key, spoken)
    if (isNews && (loudest === null || rankOf(card) > rankOf(loudest))) loudest = card
    effects.push({ type: 'show', card: next, isHeard: isNews && !isModal })
    if (isNews && isModal) effects.push({ type: 'say', card: next })
    return next
  }

  /** When the thing it tells of was last heard of, on whatever toast. */
  const recallOf = ({ keys }: Card) => heard.get(keys[0] ?? '') ?? null

  for (const id of had.keys()) if (!has.has(id)) effects.push({ type: 'dismiss', id })
  const shown = after.shown.map(shownCard)
  const summary = after.summary?.card ? { ...after.summary, card: shownCard(after.summary.card) } : after.summary
  if (loudest !== null && hush === null) effects.push({ type: 'sound', priority: priorityOf(loudest) })
  return { state: { ...after, shown, summary, heard }, effects }
}

/** Whether it is to be heard: the first time, if it has become graver, with another critical notice, or after a while. */
function isNewsTo(spoken: Card['spoken'], was: Card | undefined, card: Card, now: number): boolean {
  if (spoken === null || !isRecent(spoken.at, now) || rankOf(card) > spoken.rank) return true
  return was !== undefined && card.criticals > was.criticals
}

/** A clock that was set back forgets. */
const isRecent = (at: number, now: number): boolean => now >= at && now - at < repeatAfterMs
