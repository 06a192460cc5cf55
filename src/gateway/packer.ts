// When events leave: at once where nothing was sent a moment ago, else together with what else comes within some milliseconds. A
// frame costs both ends as much as dozens of events in it.

/** A socket, as far as it is packed for. */
export interface Writer {
  /** Sends one message: a frame, or an array of them. */
  write(text: string): void
}

/** How long an event may wait, in ms: half a frame of a screen. */
const packMs = 8
/** UTF-16 units of one pack: in UTF-8 never more than a message may have. */
const maxPackLength = 20_000
const nothing: readonly string[] = []

/** What the lanes of a server share. */
export class Packer {
  /** Counts the spans of `packMs` in which something was sent. */
  span = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  readonly #waiting = new Set<Lane>()
  #lastTexts = nothing
  #lastPacked = ''

  /** This span ends in `packMs`, if that is not settled yet. */
  arm(): void {
    if (this.#timer === null) this.#timer = setTimeout(() => this.#endSpan(), packMs)
  }

  /** The lane is flushed as the span ends. */
  wait(lane: Lane): void {
    this.#waiting.add(lane)
  }

  forget(lane: Lane): void {
    this.#waiting.delete(lane)
  }

  /** Sessions that want the same are sent the same packs, one after the other: the last one is remembered. */
  pack(texts: readonly string[]): string {
    if (texts.length === 1) return texts[0]!
    const last = this.#lastTexts
    if (texts.length !== last.length || texts.some((text, index) => text !== last[index])) {
      this.#lastTexts = texts
      this.#lastPacked = `[${texts.join(',')}]`
    }
    return this.#lastPacked
  }

  #endSpan() {
    this.#timer = null
    this.span++
    if (this.#waiting.size === 0) return
    // Those who are sent something now count as busy in the span that begins.
    this.arm()
    for (const lane of this.#waiting) lane.flush()
  }
}

/** The events on their way to one socket. */
export class Lane {
  readonly #packer: Packer
  readonly #writer: Writer
  #busyIn = -1
  #texts: string[] | null = null
  #length = 0

  constructor(packer: Packer, writer: Writer) {
    this.#packer = packer
    this.#writer = writer
  }

  /** An event: JSON text. */
  send(text: string): void {
    if (this.#busyIn !== this.#packer.span) {
      this.#busyIn = this.#packer.span
      this.#packer.arm()
      return this.#writer.write(text)
    }
    if (this.#length + text.length > maxPackLength) this.flush()
    if (this.#texts === null) {
      this.#texts = []
      this.#packer.wait(this)
    }
    this.#texts.push(text)
    this.#length += text.length
  }

  /** What waits goes now, so that something else may follow it. */
  flush(): void {
    const texts = this.#texts
    if (texts === null) return
    this.drop()
    this.#busyIn = this.#packer.span
    this.#writer.write(this.#packer.pack(texts))
  }

  /** What waits is not sent any more. */
  drop(): void {
    this.#packer.forget(this)
    this.#texts = null
    this.#length = 0
  }
}
