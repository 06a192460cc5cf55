// When events leave: at once where nothing was sent a moment ago, else together with what else comes within some milliseconds. A
// frame costs both ends as much as dozens of events in it.

export interface Packer {
  /** A lane for one socket. @param write sends one message: a frame, or an array of them */
  lane(write: (text: string) => void): Lane
}

export interface Lane {
  /** An event: JSON text. */
  send(text: string): void
  /** What waits goes now, so that something else may follow it. */
  flush(): void
  /** What waits is not sent any more. */
  drop(): void
}

/** How long an event may wait, in ms: half a frame of a screen. */
const packMs = 8
/** UTF-16 units of one pack: in UTF-8 never more than a message may have. */
const maxPackLength = 20_000

export function createPacker(): Packer {
  /** Counts the spans of `packMs` in which something was sent. */
  let span = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  const waiting = new Set<() => void>()
  const pack = rememberLastPack()

  function endSpan() {
    timer = null
    span++
    if (waiting.size === 0) return
    // Those who are sent something now count as busy in the span that begins.
    arm()
    for (const flush of waiting) flush()
    waiting.clear()
  }

  function arm() {
    timer ??= setTimeout(endSpan, packMs)
  }

  return {
    lane(write) {
      let busyIn = -1
      let texts: string[] = []
      let length = 0

      function flush() {
        if (texts.length === 0) return
        busyIn = span
        const packed = pack(texts)
        texts = []
        length = 0
        write(packed)
      }

      return {
        send(text) {
          if (busyIn !== span) {
            busyIn = span
            arm()
            return write(text)
          }
          if (length + text.length > maxPackLength) flush()
          if (texts.length === 0) waiting.add(flush)
          texts.push(text)
          length += text.length
        },
        flush() {
          waiting.delete(flush)
          flush()
        },
        drop() {
          waiting.delete(flush)
          texts = []
        },
      }
    },
  }
}

/** Sessions that want the same are sent the same packs, one after the other. */
function rememberLastPack(): (texts: readonly string[]) => string {
  let last: readonly string[] = []
  let packed = ''
  return (texts) => {
    if (texts.length === 1) return texts[0]!
    if (texts.length !== last.length || texts.some((text, index) => text !== last[index])) {
      last = texts
      packed = `[${texts.join(',')}]`
    }
    return packed
  }
}
