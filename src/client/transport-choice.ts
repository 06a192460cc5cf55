// Which transport to try first: the one that worked last in this session, else the first of the list. One that opened and
// stayed mute (a buffering proxy), or that the page forbids, is tried last.

/** Where the choice outlives a reload: `sessionStorage`, or something like it. */
export interface ChoiceStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export interface TransportChoice {
  /** Places in the list of transports, in the order to try them. */
  order(): readonly number[]
  /** It carried a sign-in. */
  noteReady(index: number): void
  /** It opened and nothing came, or the page forbids it. */
  noteLast(index: number): void
}

export function createTransportChoice(names: readonly string[], storage: ChoiceStorage | null): TransportChoice {
  const key = `livecache.transport:${names.join(',')}`
  const last = new Set<number>()
  let preferred = Math.max(0, names.indexOf(read(storage, key) ?? ''))

  return {
    order() {
      const rest = names.map((_, index) => index).filter((index) => index !== preferred)
      return [preferred, ...rest].toSorted((a, b) => Number(last.has(a)) - Number(last.has(b)))
    },
    noteReady(index) {
      last.delete(index)
      if (index === preferred) return
      preferred = index
      write(storage, key, names[index] ?? '')
    },
    noteLast: (index) => void last.add(index),
  }
}

// A storage may throw on every touch: denied, full, or a private window.
function read(storage: ChoiceStorage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null
  } catch {
    return null
  }
}

function write(storage: ChoiceStorage | null, key: string, value: string) {
  try {
    storage?.setItem(key, value)
  } catch {
    // It is remembered for as long as the page lives.
  }
}

/** The session's own storage; null where there is none or it may not be touched. */
export function sessionStorageIfAny(): ChoiceStorage | null {
  try {
    // Node has one too, which warns or writes a file: a page is what it is for.
    return globalThis.document === undefined ? null : globalThis.sessionStorage
  } catch {
    return null
  }
}
