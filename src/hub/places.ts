// How far one session was sent, and told of, each stream: what makes a lost event show. What a client has confirmed is unacked.ts.
import type { Move } from '../protocol/frames.ts'

interface Place {
  /** The last event sent, or where the client began. */
  sent: number
  /** What an answer or a ping said last. An event moves the client further, and may be lost. */
  told: number
}

const standing = ({ sent, told }: Place) => Math.max(sent, told)

export class Places {
  #places = new Map<string, Place>()

  get count(): number {
    return this.#places.size
  }

  has(stream: string): boolean {
    return this.#places.has(stream)
  }

  /** Where the client stands if nothing was lost on the way; 0 in a stream it was never told of. */
  at(stream: string): number {
    const place = this.#places.get(stream)
    return place === undefined ? 0 : standing(place)
  }

  /** The client begins at `seq`: it said so, or was told that the stream has come so far. */
  begin(stream: string, seq: number): Place {
    const place = { sent: seq, told: seq }
    this.#places.set(stream, place)
    return place
  }

  /** An event goes out. Returns the `prev` to send with it: where the client stands before it. */
  send(stream: string, seq: number): number {
    const place = this.#places.get(stream) ?? this.begin(stream, 0)
    const prev = Math.min(standing(place), seq - 1)
    place.sent = Math.max(place.sent, seq)
    return prev
  }

  /** The client is told that the stream has come to `seq`. Returns the last place it was sent, which it must have reached. */
  tell(stream: string, seq: number): Move {
    const place = this.#places.get(stream) ?? this.begin(stream, 0)
    place.told = seq
    return { prev: place.sent, seq }
  }

  /**
   * Tells of at most `max` streams that moved on since they were last told of; null where there are none. Those left out come first the
   * next time.
   */
  tellMoved(headOf: (stream: string) => number, max: number): Record<string, Move> | null {
    let moves: [string, Move][] | null = null
    for (const [stream, place] of this.#places) {
      const seq = headOf(stream)
      if (seq === place.told) continue
      moves ??= []
      if (moves.length === max) break
      moves.push([stream, this.tell(stream, seq)])
      // Set anew it stands last, so that busy streams do not keep others from being told of.
      this.#places.delete(stream)
      this.#places.set(stream, place)
    }
    return moves === null ? null : Object.fromEntries(moves)
  }

  leave(stream: string): void {
    this.#places.delete(stream)
  }

  streams(): IterableIterator<string> {
    return this.#places.keys()
  }
}
