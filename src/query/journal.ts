// What was done to the cache of late, in order, so that it can be done again to the result of a fetch that was older. It is kept
// while a fetch runs that began before it, and a little longer where results say how new they are.
import type { Undo } from '../base/emitter.ts'
import type { Position } from '../protocol/frames.ts'
import type { Cause } from './cause.ts'
import type { Operation } from './operations.ts'

export interface Entry {
  /** Counts the entries; a fetch that begins at `place` n was asked after entry n − 1 and before n. */
  readonly place: number
  readonly at: number
  readonly operation: Operation
  readonly cause: Cause
}

export interface Journal {
  add(operation: Operation, cause: Cause): void
  /** Where the next entry will stand. */
  readonly place: number
  /** Counts up: tells what was first of two things that have no entry between them. */
  tick(): number
  /** The entries from a place on. */
  since(place: number): readonly Entry[]
  /** The first entry that is still held. */
  readonly start: number
  /** Entries from now on stay until the undo is called. */
  pin(): Undo
  /** From now on entries are kept a while longer: results may be older than the time at which they were asked for. */
  keepTail(): void
  /** Up to where a stream is not told by entries: dropped here, or never heard. */
  floorOf(stream: string): Position | undefined
  /** What came before this was not heard. */
  raiseFloor(stream: string, position: Position): void
  /** Whether the log of the stream was replaced by another since: what belongs to it is older than everything now. */
  isRetired(stream: string, epoch: string): boolean
  /** Whether anything was heard of this log of the stream. */
  isKnown(stream: string, epoch: string): boolean
  prune(): void
  /** What these did is not to be done again. */
  forget(isForgotten: (cause: Cause) => boolean): void
}

/** How much older than its request a result may be, in ms. An API that lags more has its results fetched again. */
export const tailMs = 30_000
const maxTail = 2_000
const maxEpochs = 8
/** A fetch that hangs must not keep everything. */
const maxEntries = 10_000

/** Aimed at no query. */
const nothing: Operation = { kind: 'invalidate', target: () => false }

export function createJournal(now: () => number): Journal {
  let entries: Entry[] = []
  let start = 0
  let keepsTail = false
  let ticks = 0
  const pins = new Set<{ place: number }>()
  const floors = new Map<string, Position>()
  /** The logs of each stream, the current one last. */
  const epochs = new Map<string, Set<string>>()

  const place = () => start + entries.length

  function raiseFloor(stream: string, position: Position) {
    noteEpoch(stream, position.epoch)
    if (isRetired(stream, position.epoch)) return
    const floor = floors.get(stream)
    if (floor?.epoch !== position.epoch || floor.seq < position.seq) floors.set(stream, position)
  }

  function noteEpoch(stream: string, epoch: string) {
    const known = epochs.get(stream) ?? new Set()
    known.add(epoch)
    if (known.size > maxEpochs) known.delete(known.values().next().value!)
    epochs.set(stream, known)
  }

  function isRetired(stream: string, epoch: string): boolean {
    const known = epochs.get(stream)
    return known !== undefined && known.has(epoch) && [...known].at(-1) !== epoch
  }

  function note({ stream, epoch, seq }: Cause) {
    if (stream !== undefined && epoch !== undefined && seq !== undefined) raiseFloor(stream, { epoch, seq })
  }

  function droppable(): number {
    const pinned = Math.min(place(), ...[...pins].map((pin) => pin.place))
    const oldest = now() - tailMs
    const from = Math.max(0, entries.length - maxTail)
    const young = entries.findIndex(({ at }, index) => index >= from && at >= oldest)
    const tail = !keepsTail || young === -1 ? place() : start + young
    return Math.max(Math.min(pinned, tail) - start, entries.length - maxEntries, 0)
  }

  function drop(count: number) {
    for (const { cause } of entries.slice(0, count)) note(cause)
    entries = entries.slice(count)
    start += count
  }

  return {
    add(operation, cause) {
      entries.push({ place: place(), at: now(), operation, cause })
      if (cause.stream !== undefined && cause.epoch !== undefined) noteEpoch(cause.stream, cause.epoch)
    },
    get place() {
      return place()
    },
    tick: () => ++ticks,
    get start() {
      return start
    },
    since: (from) => (from <= start ? entries : entries.slice(from - start)),
    pin() {
      const pin = { place: place() }
      pins.add(pin)
      return () => void pins.delete(pin)
    },
    keepTail: () => void (keepsTail = true),
    floorOf: (stream) => floors.get(stream),
    raiseFloor,
    isRetired,
    isKnown: (stream, epoch) => epochs.get(stream)?.has(epoch) ?? false,
    prune() {
      const count = droppable()
      if (count > 0) drop(count)
    },
    forget(isForgotten) {
      // In their places: others are counted by theirs.
      entries = entries.map((entry) => (isForgotten(entry.cause) ? { ...entry, operation: nothing } : entry))
    },
  }
}
