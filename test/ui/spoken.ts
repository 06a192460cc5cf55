// What assistive technology would have heard: every text that came into a live region which was there before it.
let heard: string[] = []
let observer: MutationObserver | null = null

const isLive = (element: Element) => {
  const live = element.closest('[aria-live]')?.getAttribute('aria-live')
  if (live !== undefined) return live !== 'off'
  return element.closest('[role="status"], [role="alert"], [role="log"], output') !== null
}

/** Begins anew; call it before each test. */
export function startListening(): void {
  observer?.disconnect()
  heard = []
  observer = new MutationObserver((records) => take(records))
  observer.observe(document.body, { subtree: true, childList: true, characterData: true })
}

function take(records: readonly MutationRecord[]) {
  for (const { target, addedNodes, type } of records) {
    const element = target instanceof Element ? target : target.parentElement
    if (element === null || !isLive(element)) continue
    const added = type === 'characterData' ? [target] : [...addedNodes]
    for (const node of added) {
      const text = (node.textContent ?? '').trim()
      if (text !== '') heard.push(text)
    }
  }
}

export function spoken(): readonly string[] {
  take(observer?.takeRecords() ?? [])
  return heard
}
