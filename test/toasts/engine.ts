// The engine with a screen that does what it is told, so that tests see what a person would.
import type { Draft } from '../../src/toasts/toast-draft.ts'
import { draftsOf } from '../../src/toasts/toast-draft.ts'
import type { Card } from '../../src/toasts/toast-card.ts'
import {
  initialState,
  lookAgainAt,
  type Moment,
  type Notice,
  step,
  type ToastEffect,
  type ToastInput,
} from '../../src/toasts/toast-engine.ts'
import type { ToastDraft } from '../../src/toasts/toast-rules.ts'

export function draft(given: ToastDraft | string): Draft {
  const [checked] = draftsOf(typeof given === 'string' ? { title: given } : given, (what) => {
    throw new Error(what)
  })
  return checked!
}

let lastEvent = 0

export const notice = (given: ToastDraft | string, more: Partial<Notice> = {}): Notice => ({
  draft: draft(given),
  event: { time: 0, eventId: `EV-${++lastEvent}`, eventType: 'goal.completed', stream: undefined },
  lateness: null,
  ...more,
})

/** How a card reads. */
function wordsOf({ kind, draft: content, count, criticals }: Card): string {
  if (kind === 'more') return `${count} more`
  if (kind === 'away') return `${count} away`
  if (kind === 'criticals') return `${criticals} critical: ${content!.title}`
  return count > 1 ? `${content!.title} +${count - 1}` : content!.title
}

export function createScreen(at = 1_000_000) {
  let state = initialState('t')
  let moment: Moment = { now: at, isHidden: false, isModal: false, hush: null, maxEntries: 100 }
  const cards = new Map<string, Card>()
  const heard: string[] = []
  const said: string[] = []
  const sounds: string[] = []
  const taken = { count: 0, criticals: 0 }
  let changes = 0
  let most = 0

  function run(effect: ToastEffect) {
    if (effect.type === 'show') {
      changes++
      cards.set(effect.card.id, effect.card)
      if (effect.isHeard) heard.push(wordsOf(effect.card))
    } else if (effect.type === 'dismiss') {
      if (!cards.delete(effect.id)) throw new Error(`${effect.id} was not on screen`)
    } else if (effect.type === 'say') said.push(wordsOf(effect.card))
    else sounds.push(effect.priority)
    most = Math.max(most, cards.size)
  }

  function send(input: ToastInput) {
    const result = step(state, input, moment)
    state = result.state
    for (const effect of result.effects) run(effect)
  }

  function remove({ id, count, criticals }: Card) {
    cards.delete(id)
    taken.count += count
    taken.criticals += criticals
    send({ type: 'gone', id })
  }

  return {
    get shown() {
      return [...cards.values()].map(wordsOf)
    },
    get cards() {
      return [...cards.values()]
    },
    get history() {
      return state.entries.map(({ title, outcome }) => `${title} ${outcome}`)
    },
    get entries() {
      return state.entries
    },
    get state() {
      return state
    },
    get moment() {
      return moment
    },
    /** How often the screen was changed, and how many toasts it held at most. */
    get changes() {
      return changes
    },
    get most() {
      return most
    },
    /** What the toasts stood for that a person took away. */
    taken,
    heard,
    said,
    sounds,
    send,
    arrive: (...given: (ToastDraft | string | Notice)[]) =>
      send({
        type: 'arrived',
        notices: given.map((one) => (typeof one === 'object' && 'draft' in one ? one : notice(one))),
      }),
    /** Another page, or other wishes. */
    turn(change: Partial<Moment>) {
      moment = { ...moment, ...change }
      send({ type: 'looked' })
    },
    /** Time passes; whoever asked to look again does. */
    pass(ms: number) {
      const end = moment.now + ms
      for (let look = lookAgainAt(state, moment); look !== null && look <= end; look = lookAgainAt(state, moment)) {
        moment = { ...moment, now: Math.max(moment.now, look) }
        send({ type: 'looked' })
      }
      moment = { ...moment, now: end }
    },
    /** A toast is dismissed, or its time is over. */
    take(words: string) {
      const card = [...cards.values()].find((one) => wordsOf(one) === words)
      if (card === undefined) throw new Error(`"${words}" is not on screen`)
      remove(card)
    },
    takeNth(nth: number) {
      const card = [...cards.values()][nth]
      if (card !== undefined) remove(card)
    },
  }
}

export type Screen = ReturnType<typeof createScreen>
