// The keys of a feed: Page Down and Page Up go from article to article, Control with End and Home leave it.

const stops =
  'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex]:not([tabindex="-1"]), summary'

/** @returns whether the key was one of the feed's */
export function moveInFeed(
  feed: HTMLElement,
  event: { key: string; ctrlKey: boolean },
  goTo: (step: 1 | -1) => void,
): boolean {
  if (event.key === 'PageDown' || event.key === 'PageUp') {
    goTo(event.key === 'PageDown' ? 1 : -1)
    return true
  }
  if (event.ctrlKey && (event.key === 'End' || event.key === 'Home')) {
    leave(feed, event.key === 'End')
    return true
  }
  return false
}

/** To the first stop behind the feed, or the last one before it. */
function leave(feed: HTMLElement, isForward: boolean) {
  const all = [...feed.ownerDocument.querySelectorAll<HTMLElement>(stops)].filter((stop) => !feed.contains(stop))
  const side = isForward ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING
  const beside = all.filter((stop) => (feed.compareDocumentPosition(stop) & side) !== 0)
  ;(isForward ? beside[0] : beside.at(-1))?.focus()
}
