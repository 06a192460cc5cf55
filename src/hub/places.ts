// How far one session was sent, and told of, each stream: what makes a lost event show. What a client has confirmed is unacked.ts.
import type { Move } from '../protocol/frames.ts'

export interface Places {
  has(stream: string): boolean
  /** Where the client stands if nothing was lost on the way; 0 in a stream it was never told of. */
  at(stream: string): number
  /** The client begins at `seq`: it said so, or was told that the stream has come so far. */
  begin(stream: string, seq: number): void
  /** An event goes out. Returns the `prev` to send with it: where the client stands before it. */
  send(stream: string, seq: number): number
  /** The client is told that the stream has come to `seq`. Returns the last place it was sent, which it must have reached. */
  tell(stream: string, seq: number): Move
  /** Tells of at most `max` streams that moved on since they were last told of. Those left out come first the next time. */
  tellMoved(headOf: (stream: string) => number, max: number): Record<string, Move>
  leave(stream: string): void
  streams(): IterableIterator<string>
}

interface Place {
  /** The last event sent, or where the client began. */
  sent: number
  /** What an answer or a ping said last. An event moves the client further, and may be lost. */
  told: number
}

export function createPlaces(): Places {
  const places = new Map<string, Place>()

  const standing = ({ sent, told }: Place) => Math.max(sent, told)

  function begin(stream: string, seq: number): Place {
    const place = { sent: seq, told: seq }
    places.set(stream, place)
    return place
  }

  function tell(stream: string, seq: number): Move {
    const place = places.get(stream) ?? begin(stream, 0)
    place.told = seq
    return { prev: place.sent, seq }
  }

  return {
    has: (stream) => places.has(stream),
    at(stream) {
      const place = places.get(stream)
      return place === undefined ? 0 : standing(place)
    },
    begin: (stream, seq) => void begin(stream, seq),
    send(stream, seq) {
      const place = places.get(stream) ?? begin(stream, 0)
      const prev = Math.min(standing(place), seq - 1)
      place.sent = Math.max(place.sent, seq)
      return prev
    },
    tell,
    tellMoved(headOf, max) {
      const moves: [string, Move][] = []
      for (const [stream, place] of places) {
        const seq = headOf(stream)
        if (seq === place.told) continue
        if (moves.length === max) break
        moves.push([stream, tell(stream, seq)])
        // Set anew it stands last, so that busy streams do not keep others from being told of.
        places.delete(stream)
        places.set(stream, place)
      }
      return Object.fromEntries(moves)
    },
    leave: (stream) => void places.delete(stream),
    streams: () => places.keys(),
  }
}
