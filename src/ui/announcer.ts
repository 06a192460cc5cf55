// Says to assistive technology what changed on screen, seldom and after it has settled. One per document part: its regions stand
// there, empty, before there is anything to say, since a region that comes together with its text is often missed.
import { systemClock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'

export interface SayOptions {
  /** What is said under the same key before it was spoken is replaced by this. @default the text itself */
  key?: string
  /** `assertive` interrupts: only for what may cost something. @default 'polite' */
  priority?: 'polite' | 'assertive'
  /** How long to wait for something newer under the same key, in ms. @default 500 */
  settleMs?: number
}

export interface Announcer {
  say(text: string, options?: SayOptions): void
  /** Keeps the regions in the page until the undo is called. */
  retain(): Undo
  /** Speaks from here until the undo is called: inside a modal dialog, since what is outside of it is hidden from assistive technology. */
  moveInto(outlet: HTMLElement): Undo
  /** Whether it speaks from inside of a modal dialog. */
  readonly isInModal: boolean
}

/** The longest a key waits while newer texts keep coming, in ms. */
const maxSettleMs = 3_000
/** Between two utterances, in ms: what falls due meanwhile is said as one. */
const gapMs = 1_000
/** A region is emptied after this, in ms, so that the same words are heard again the next time. */
const clearMs = 5_000

interface Waiting {
  text: string
  assertive: boolean
  since: number
  dueAt: number
}

interface Regions {
  readonly root: HTMLElement
  readonly polite: HTMLElement
  readonly assertive: HTMLElement
}

const announcers = new WeakMap<Node, Announcer>()

/** The announcer of a page, or of the shadow root or element that portals go into. @default the document's body */
export function announcerFor(container: HTMLElement | ShadowRoot = document.body): Announcer {
  const known = announcers.get(container) ?? createAnnouncer(container)
  announcers.set(container, known)
  return known
}

function createAnnouncer(container: HTMLElement | ShadowRoot): Announcer {
  const clock = systemClock
  const waiting = new Map<string, Waiting>()
  const outlets: Regions[] = []
  let home: Regions | null = null
  let scope: Scope | null = null
  let holders = 0
  let cancelSpeech: Undo | null = null
  let lastSpokenAt = -Infinity

  const place = () => outlets.at(-1) ?? home

  function schedule() {
    cancelSpeech?.()
    const dueAt = Math.min(...[...waiting.values()].map((entry) => entry.dueAt))
    if (scope === null || dueAt === Infinity) return
    const now = clock.now()
    cancelSpeech = scope.timeout(speak, Math.max(dueAt, Math.min(lastSpokenAt, now) + gapMs) - now)
  }

  function speak() {
    cancelSpeech = null
    const now = clock.now()
    const due = [...waiting].filter(([, { dueAt }]) => dueAt <= now)
    for (const [key] of due) waiting.delete(key)
    lastSpokenAt = now
    for (const assertive of [true, false]) {
      const text = due.flatMap(([, entry]) => (entry.assertive === assertive ? [entry.text] : [])).join('. ')
      if (text !== '') utter(text, assertive)
    }
    schedule()
  }

  function utter(text: string, assertive: boolean) {
    const at = place()
    if (at === null) return
    if (notify(at.root, text, assertive)) return
    const region = assertive ? at.assertive : at.polite
    region.textContent = text
    scope?.timeout(() => {
      if (region.textContent === text) region.textContent = ''
    }, clearMs)
  }

  function letGo() {
    if (holders > 0) return
    scope?.dispose()
    scope = null
    cancelSpeech = null
    lastSpokenAt = -Infinity
    waiting.clear()
    home?.root.remove()
    home = null
  }

  return {
    say(text, { key = text, priority = 'polite', settleMs = 500 } = {}) {
      if (text === '') return
      const now = clock.now()
      const since = waiting.get(key)?.since ?? now
      const dueAt = Math.min(now + settleMs, since + Math.max(settleMs, maxSettleMs))
      waiting.set(key, { text, assertive: priority === 'assertive', since, dueAt })
      schedule()
    },
    retain() {
      holders++
      scope ??= createScope(clock)
      home ??= addRegions(container)
      let held = true
      return () => {
        if (!held) return
        held = false
        holders--
        // A microtask later: StrictMode and a moved component take hold again within this task.
        queueMicrotask(letGo)
      }
    },
    moveInto(outlet) {
      const regions = addRegions(outlet)
      outlets.push(regions)
      return () => {
        const index = outlets.indexOf(regions)
        if (index !== -1) outlets.splice(index, 1)
        regions.root.remove()
      }
    },
    get isInModal() {
      return outlets.length > 0
    },
  }
}

function addRegions(container: HTMLElement | ShadowRoot): Regions {
  const root = document.createElement('div')
  root.dataset['lc'] = 'announcer'
  root.className = 'lc-sr'
  const region = (live: 'polite' | 'assertive') => {
    const element = document.createElement('div')
    element.setAttribute('aria-live', live)
    element.setAttribute('aria-atomic', 'true')
    root.append(element)
    return element
  }
  const regions = { root, polite: region('polite'), assertive: region('assertive') }
  container.append(root)
  return regions
}

interface Notifier {
  ariaNotify?: (text: string, options?: { priority?: 'normal' | 'high' }) => void
}

/** Speaks without a region where the browser can; then never by both. */
function notify(element: HTMLElement & Notifier, text: string, assertive: boolean): boolean {
  if (typeof element.ariaNotify !== 'function') return false
  element.ariaNotify(text, { priority: assertive ? 'high' : 'normal' })
  return true
}
