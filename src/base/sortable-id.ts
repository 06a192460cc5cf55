// Ids in the order they were made: UUIDs of version 7 (RFC 9562). Ids without an order are random-id.ts.

export interface SortableIdOptions {
  /** Epoch ms. @default Date.now */
  now?: () => number
  /** Fills an array with bytes that nobody can guess. @default crypto.getRandomValues */
  fillRandom?: (bytes: Uint8Array<ArrayBuffer>) => void
}

/** The last time that 48 bits can say: the year 10889. */
const maxTime = 2 ** 48 - 1
/** How many ids one millisecond has room for. */
const counters = 2 ** 12
/** Random bytes are asked for this many ids at once: asking costs more than the bytes. */
const idsPerFill = 64
const bytesPerId = 10

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Makes ids of which each, compared as text, is greater than all that it made before, also while the clock stands still or is set back:
 * time then goes on from the latest one seen. Ids of two makers are in the order of their clocks. 62 bits of each are random.
 */
export function createSortableId({ now = Date.now, fillRandom = fillByCrypto }: SortableIdOptions = {}): () => string {
  const bytes = new Uint8Array(idsPerFill * bytesPerId)
  let used = bytes.length
  let time = 0
  let counter = 0

  /** The counter of a new millisecond begins in its lower half, so that it says nothing of how many there were. */
  function step(random: number) {
    const at = Math.min(Math.floor(now()), maxTime)
    if (at > time) {
      time = at
      counter = random % (counters / 2)
      return
    }
    counter++
    if (counter < counters) return
    time++
    counter = 0
  }

  return () => {
    if (used === bytes.length) {
      fillRandom(bytes)
      used = 0
    }
    const hex = (index: number) => hexOf[bytes[used + index]!]!
    step(bytes[used + 8]! * 256 + bytes[used + 9]!)
    const timeText = time.toString(16).padStart(12, '0')
    const counterText = counter.toString(16).padStart(3, '0')
    const variant = hexOf[(bytes[used]! & 0x3f) | 0x80]! + hex(1)
    const node = hex(2) + hex(3) + hex(4) + hex(5) + hex(6) + hex(7)
    used += bytesPerId
    return `${timeText.slice(0, 8)}-${timeText.slice(8)}-7${counterText}-${variant}-${node}`
  }
}

const fillByCrypto = (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes)
