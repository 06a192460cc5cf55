// Whether a modal dialog is open, ours or anybody's, and saying something from inside of it: all else on the page is hidden from
// assistive technology then.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'
import type { Announcer } from '../ui/announcer.ts'

export interface ModalVoice {
  isOpen(): boolean
  say(text: string): void
}

/** A new region must have been there for a moment before its text is heard, in ms. */
const settleMs = 150
/** How long our region stays in a dialog of somebody else, in ms. */
const stayMs = 5_000

/** @param root what dialogs are looked for in, besides the document */
export function createModalVoice(
  scope: Scope,
  announcer: () => Announcer,
  root: () => ParentNode | undefined,
): ModalVoice {
  let leave: Undo | null = null
  let cancelLeaving: Undo | null = null

  const find = () => openModal(document) ?? openModal(root() ?? document)

  function letGo() {
    cancelLeaving?.()
    leave?.()
    leave = null
  }

  return {
    isOpen() {
      const isOpen = find() !== null
      if (!isOpen && leave !== null) letGo()
      return isOpen || announcer().isInModal
    },
    say(text) {
      const modal = find()
      if (modal !== null && !announcer().isInModal) leave = scope.own(announcer().moveInto(modal))
      announcer().say(text, { priority: 'assertive', settleMs })
      cancelLeaving?.()
      if (leave !== null) cancelLeaving = scope.timeout(letGo, stayMs)
    },
  }
}

/** The last one that is open, which is on top of the others. */
function openModal(root: ParentNode): HTMLElement | null {
  return [...root.querySelectorAll<HTMLElement>('dialog[open], [aria-modal="true"]')].findLast(isOpenModal) ?? null
}

function isOpenModal(element: HTMLElement): boolean {
  if (element.localName === 'dialog' && !element.hasAttribute('open')) return false
  if (element.getAttribute('aria-modal') !== 'true' && !isNativeModal(element)) return false
  if (element.closest('[hidden], [inert]') !== null) return false
  // Not everywhere (jsdom); a dialog that is kept in the page while it is closed is mostly not displayed.
  return typeof element.checkVisibility !== 'function' || element.checkVisibility()
}

function isNativeModal(element: HTMLElement): boolean {
  try {
    return element.matches(':modal')
  } catch {
    // A selector the browser does not know: then it has no modal dialogs either.
    return false
  }
}
