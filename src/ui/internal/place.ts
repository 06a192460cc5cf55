// Where something that floats goes, for browsers that cannot anchor by CSS (styles/floating.css): under what opened it, inside the
// viewport.

const gapPx = 6
const marginPx = 8

export function placeUnder(trigger: HTMLElement, panel: HTMLElement): void {
  if (globalThis.CSS?.supports?.('position-area', 'block-end')) return
  const { left, bottom } = trigger.getBoundingClientRect()
  const rightmost = document.documentElement.clientWidth - panel.offsetWidth - marginPx
  panel.style.left = `${Math.max(marginPx, Math.min(left, rightmost))}px`
  panel.style.top = `${bottom + gapPx}px`
}
