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
  /** How long to wait for what comes meanwhile, which is said along with it or in its place, in ms. @default 1_000 */
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

/** Between two utterances that interrupt nothing, in ms: what comes meanwhile is said as one. */
const gapMs = 3_000
/** A region is emptied after this, in ms, so that the same words are heard again the next time. */
const clearMs = 5_000

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
  const waiting = new Map<string, { text: string; assertive: boolean }>()
  const outlets: Regions[] = []
  let home: Regions | null = null
  let scope: Scope | null = null
  let holders = 0
  let dueAt = Infinity
  let spokenAt = -Infinity
  let cancel: Undo | null = null

  function speak() {
    dueAt = Infinity
    spokenAt = systemClock.now()
    const all = [...waiting.values()]
    waiting.clear()
    for (const assertive of [true, false]) {
      const texts = all.filter((entry) => entry.assertive === assertive).map(({ text }) => text)
      if (texts.length > 0) utter(texts.join('. '), assertive)
    }
  }

  function utter(text: string, assertive: boolean) {
    const { root, polite, assertive: urgent } = (outlets.at(-1) ?? home)!
    if (notify(root, text, assertive)) return
    const region = assertive ? urgent : polite
    region.textContent = text
    scope?.timeout(() => {
      if (region.textContent === text) region.textContent = ''
    }, clearMs)
  }

  function letGo() {
    if (holders > 0) return
    scope?.dispose()
    scope = null
    waiting.clear()
    dueAt = Infinity
    spokenAt = -Infinity
    home?.root.remove()
    home = null
  }

  return {
    say(text, { key = text, priority, settleMs = 1_000 } = {}) {
      if (scope === null || text === '') return
      const assertive = priority === 'assertive'
      waiting.set(key, { text, assertive })
      const now = systemClock.now()
      // A clock that was set back must not silence it for as long.
      const at = Math.max(now + settleMs, assertive ? 0 : Math.min(spokenAt, now) + gapMs)
      if (at >= dueAt) return
      cancel?.()
      dueAt = at
      cancel = scope.timeout(speak, at - now)
    },
    retain() {
      holders++
      scope ??= createScope(systemClock)
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
