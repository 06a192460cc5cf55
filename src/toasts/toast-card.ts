// One toast as it is on screen, or would be: a notice, or several in one. Which of them fit on the screen is decided here too,
// purely; when they may go there is toast-engine.ts.
import type { Draft } from './toast-draft.ts'
import type { ToastPriority } from './toast-rules.ts'

/** At most so many at once, and one summary. */
export const maxCards = 3
/** Titles that a group of critical notices lists. */
const maxOlder = 9
/** Notices that a card remembers to stand for: more than a history of the usual size holds. */
const maxRemembered = 100

export interface Card {
  /** The same for as long as it is on screen. */
  readonly id: string
  readonly kind: 'notice' | 'criticals' | 'more' | 'away'
  /** Whose words it shows; of a summary, nobody's. */
  readonly draft: Draft | null
  readonly stream: string | undefined
  /** It was critical once, so only a person takes it away. */
  readonly isPersistent: boolean
  /** How many notices it stands for. */
  readonly count: number
  readonly criticals: number
  /** Titles of the critical ones before the newest, newest first. */
  readonly older: readonly string[]
  /** Of the notices it stands for, in the history. */
  readonly entryIds: readonly string[]
  readonly keys: readonly string[]
  readonly group: string | undefined
  /** When assistive technology last heard of it, and how grave it was then. */
  readonly spoken: { readonly at: number; readonly rank: number } | null
}

const ranks: Readonly<Record<ToastPriority, number>> = { low: 0, normal: 1, high: 2, critical: 3 }

export const priorityOf = ({ kind, draft }: Card): ToastPriority =>
  kind === 'criticals' ? 'critical' : (draft?.priority ?? 'normal')
export const rankOf = (card: Card): number => ranks[priorityOf(card)]

export function cardOf(id: string, draft: Draft, stream: string | undefined): Card {
  const isCritical = draft.priority === 'critical'
  return {
    id,
    kind: 'notice',
    draft,
    stream,
    isPersistent: isCritical,
    count: 1,
    criticals: isCritical ? 1 : 0,
    older: [],
    entryIds: [id],
    keys: draft.dedupeKey === undefined ? [] : [draft.dedupeKey],
    group: draft.group,
    spoken: null,
  }
}

export function summaryCard(id: string, kind: 'more' | 'away', count: number): Card {
  const nothing = { older: [], entryIds: [], keys: [], group: undefined, spoken: null }
  return { id, kind, draft: null, stream: undefined, isPersistent: false, count, criticals: 0, ...nothing }
}

export const saysTheSame = (card: Card, next: Card): boolean => next.keys.some((key) => card.keys.includes(key))

/** `card` with what `next` adds to it: the same thing anew, one more of its group, one more that is critical. */
export function merged(card: Card, next: Card): Card {
  const isSame = saysTheSame(card, next)
  // What is less grave does not cover what is graver, unless it tells how the same thing went on.
  const isNewest = isSame || rankOf(next) >= rankOf(card)
  const { draft, stream } = isNewest ? next : card
  return {
    ...card,
    draft,
    stream,
    isPersistent: card.isPersistent || next.isPersistent,
    count: card.count + (isSame ? 0 : next.count),
    criticals: isSame ? Math.max(card.criticals, next.criticals) : card.criticals + next.criticals,
    older: card.kind === 'criticals' && !isSame ? [...titleOf(card), ...card.older].slice(0, maxOlder) : card.older,
    entryIds: [...next.entryIds, ...card.entryIds].slice(0, maxRemembered),
    keys: [...new Set([...next.keys, ...card.keys])].slice(0, maxRemembered),
  }
}

const titleOf = ({ draft }: Card) => (draft === null ? [] : [draft.title])

export interface Admission {
  readonly cards: readonly Card[]
  /** What found no place, or lost it. */
  readonly out: readonly Card[]
}

/** Finds a place for a card: in one that it belongs to, in a free one, or, where it is critical, in that of a lesser one. */
export function admit(cards: readonly Card[], next: Card): Admission {
  const home =
    cards.find((card) => saysTheSame(card, next)) ??
    cards.find(({ group }) => group !== undefined && group === next.group) ??
    (next.isPersistent ? cards.find(({ kind }) => kind === 'criticals') : undefined)
  if (home !== undefined) return { cards: cards.map((card) => (card === home ? merged(card, next) : card)), out: [] }
  if (cards.length < maxCards) return { cards: [...cards, next], out: [] }
  if (!next.isPersistent) return { cards, out: [next] }
  const least = leastOf(cards)
  if (least === null) return { cards: [asOne([...cards, next])], out: [] }
  return { cards: [...cards.filter((card) => card !== least), next], out: [least] }
}

/** The first to give way: the least grave, and of those the oldest. */
function leastOf(cards: readonly Card[]): Card | null {
  const [least] = cards.filter(({ isPersistent }) => !isPersistent).toSorted((a, b) => rankOf(a) - rankOf(b))
  return least ?? null
}

/** All of them in the first one's place. */
function asOne(cards: readonly Card[]): Card {
  const [first, ...others] = cards as [Card, ...Card[]]
  return others.reduce<Card>(merged, { ...first, kind: 'criticals', group: undefined })
}
