// What a screen reader would say: text that comes into a live region that was there before, unless something on the way is off.
// Only `aria-live` regions, whole where they are atomic; politeness is not told apart here.

/** Utterances since it was called, in order; `region` names the place: the toasts, or an announcer. */
export function listenIn(root: Node = document.body) {
  const heard: { text: string; region: 'toasts' | 'announcer' }[] = []
  const observer = new MutationObserver(read)

  function read(records: readonly MutationRecord[]) {
    const units = new Map<Node, { text: string; live: Element }>()
    for (const record of records) {
      const added = record.type === 'characterData' ? [record.target] : [...record.addedNodes]
      for (const node of added) for (const text of textsIn(node)) note(units, node, text)
    }
    const byAdded = new Map<Node, { texts: string[]; live: Element }>()
    for (const [unit, { text, live }] of units) {
      const item = unit instanceof Element ? (unit.closest('li, [aria-live]') ?? unit) : unit
      const known = byAdded.get(item) ?? { texts: [], live }
      known.texts.push(text)
      byAdded.set(item, known)
    }
    for (const { texts, live } of byAdded.values()) {
      const region = live.closest('[data-lc="announcer"]') === null ? 'toasts' : 'announcer'
      heard.push({ text: texts.join(' ').replaceAll(/\s+/g, ' ').trim(), region })
    }
  }

  function note(units: Map<Node, { text: string; live: Element }>, added: Node, text: Text) {
    const holder = text.parentElement
    if (holder === null || !holder.isConnected || text.data.trim() === '') return
    const live = holder.closest('[aria-live]')
    // A region that comes together with its text is missed.
    if (live === null || live.getAttribute('aria-live') === 'off' || (added !== text && added.contains(live))) return
    if (holder.closest('[aria-hidden="true"]') !== null) return
    const atomic = holder.closest('[aria-atomic="true"]')
    const unit = atomic !== null && live.contains(atomic) ? atomic : text.parentElement!
    units.set(unit, { text: [...textsIn(unit)].map(({ data }) => data).join(' '), live })
  }

  observer.observe(root, { subtree: true, childList: true, characterData: true })
  return {
    get all() {
      return heard
    },
    /** In the toasts' own region. */
    get toasts() {
      return heard.filter(({ region }) => region === 'toasts').map(({ text }) => text)
    },
    get announcer() {
      return heard.filter(({ region }) => region === 'announcer').map(({ text }) => text)
    },
    stop: () => observer.disconnect(),
  }
}

function* textsIn(node: Node): Generator<Text> {
  if (node instanceof Text) yield node
  for (const child of node.childNodes) yield* textsIn(child)
}
