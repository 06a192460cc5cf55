// Where something that floats goes, for browsers that cannot anchor by CSS: under what opened it, inside the viewport.
import type { Undo } from '../../base/emitter.ts'

const gapPx = 6
const marginPx = 8

/** Whether CSS does it (styles/floating.css). */
export const anchors = (): boolean => globalThis.CSS?.supports?.('position-area', 'block-end') ?? false

/** Keeps `panel` beside `trigger` until the undo is called. */
export function keepBeside(trigger: HTMLElement, panel: HTMLElement): Undo {
  if (anchors()) return () => {}
  const place = () => {
    const at = trigger.getBoundingClientRect()
    const { width, height } = panel.getBoundingClientRect()
    const { clientWidth, clientHeight } = document.documentElement
    const isRtl = getComputedStyle(trigger).direction === 'rtl'
    const left = isRtl ? at.right - width : at.left
    const below = at.bottom + gapPx
    const top = below + height > clientHeight && at.top > height + gapPx ? at.top - height - gapPx : below
    panel.style.position = 'fixed'
    panel.style.margin = '0'
    panel.style.left = `${Math.max(marginPx, Math.min(left, clientWidth - width - marginPx))}px`
    panel.style.top = `${Math.max(marginPx, top)}px`
  }
  place()
  window.addEventListener('scroll', place, true)
  window.addEventListener('resize', place)
  return () => {
    window.removeEventListener('scroll', place, true)
    window.removeEventListener('resize', place)
  }
}
