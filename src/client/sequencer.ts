// Puts the events of each stream in order: the next one goes on, an old one is a duplicate, a later one is held back for those
// in between, and where these do not come, the gap is said aloud and the stream goes on. How far it came is positions.ts.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { Move, Position, ResumedFrame } from '../protocol/frames.ts'
import type { Positions } from './positions.ts'

export interface Gap {
  stream: string
  /** `timeout`: they did not come in time. `overflow`: too many came behind them. `epoch`: the stream's log is another one. */
  cause: 'timeout' | 'overflow' | 'epoch'
  /** The first and the last `seq` that may be missing; not known where the log is another one. */
  from?: number
  to?: number
}

export interface SequencerOptions {
  scope: Scope
  now: () => number
  positions: Positions
  /** How long an event waits for the ones before it, in ms. */
  holdMs: number
  /** How many wait per stream at most. */
  maxHeld: number
  /** In its turn. */
  deliver: (event: RealtimeEvent) => void
  /** Known already, or passed over as lost. */
  old: (event: RealtimeEvent) => void
  /** Comes before whatever is delivered behind the gap. */
  lost: (gap: Gap) => void
  /** Something was delivered without anything having arrived: the time was over. */
  settle: () => void
}

export interface Sequencer {
  receive(event: RealtimeEvent): void
  /**
   * True: a stream nobody named so far begins at its first event, as a livecache server tells the heads of
   * all others. False: the first event heard of a stream is where it begins.
   */
  knowsHeads: boolean
  /**
   * The heads of streams, told with a subscription; returns the names of those not known before. `isReplaying`: what was missed on
   * them may still come, up to their heads, until the resume is answered.
   */
  join(heads: Readonly<Record<string, Position>>, isReplaying?: boolean): string[]
  /** What this session was not sent because its filters kept it out. */
  move(moves: Readonly<Record<string, Move>>): void
  /** What a server says to a resume; returns what was lost, as `Positions.judge`. */
  resume(answer: ResumedFrame['streams']): readonly string[] | 'all'
  /** What is held back is not waited for any more; where the link ended it comes again, in order, on the next one. @param stream left out: all */
  forgetHeld(stream?: string): void
  leave(stream: string): void
  clear(): void
  /** Names of the streams that something is known of. */
  readonly streams: Iterable<string>
  /** Events that were held back so far. */
  readonly heldCount: number
}

/** An event that came too early, or a mere place that a server says the stream has reached. */
interface Held extends Move {
  readonly event: RealtimeEvent | null
}

interface Waiting {
  readonly items: Map<number, Held>
  readonly since: number
  readonly cancel: Undo
}

export function createSequencer(options: SequencerOptions): Sequencer {
  const { scope, now, positions, holdMs, maxHeld, deliver, old, lost, settle } = options
  const waiting = new Map<string, Waiting>()
  /** Logs that streams had before their present one, and when they left them: what still comes of them then is not news. */
  const formerEpochs = new Map<string, Map<string, number>>()
  /** The heads of streams that were joined while what was missed is still to come. */
  const arriving = new Map<string, Position>()
  let era = 0
  let knowsHeads = false
  let heldCount = 0

  function receive(event: RealtimeEvent) {
    const { stream, seq, epoch } = event
    if (stream === undefined || seq === undefined || epoch === undefined) return deliver(event)
    const known = positions.get(stream) ?? beginningOf(stream, epoch, seq, event)
    if (known.epoch !== epoch) {
      if (wasLeftLately(stream, epoch)) return old(event)
      const begun = era
      beginEpoch(stream, known.epoch)
      // Whoever heard of the loss may have signed another user in.
      if (era !== begun) return undefined
    } else if (seq <= known.seq) return old(event)
    else if ((event.prev ?? seq - 1) > known.seq) return hold(stream, { prev: event.prev ?? seq - 1, seq, event })
    positions.set(stream, { epoch, seq })
    deliver(event)
    if (waiting.size > 0) drain(stream)
  }

  /** Where a stream begins that has no position yet. */
  function beginningOf(stream: string, epoch: string, seq: number, { prev, replayed }: RealtimeEvent): Position {
    const head = arriving.get(stream)
    if (head === undefined) return { epoch: heldEpoch(stream) ?? epoch, seq: knowsHeads ? 0 : seq - 1 }
    const wasMissed = replayed && epoch === head.epoch && seq <= head.seq
    return wasMissed ? { epoch, seq: prev ?? seq - 1 } : head
  }

  /** The log of what waits, on a stream whose place is not known yet. */
  function heldEpoch(stream: string): string | undefined {
    for (const { event } of waiting.get(stream)?.items.values() ?? []) if (event !== null) return event.epoch
    return undefined
  }

  function beginEpoch(stream: string, former: string) {
    release(stream)
    leaveEpoch(stream, former)
    lost({ stream, cause: 'epoch' })
  }

  function leaveEpoch(stream: string, former: string) {
    const left = formerEpochs.get(stream) ?? new Map<string, number>()
    formerEpochs.set(stream, left.set(former, now()))
    for (const [epoch] of left) if (!wasLeftLately(stream, epoch)) left.delete(epoch)
  }

  /** Longer ago than stragglers take, a log that speaks again is a log that came back. */
  function wasLeftLately(stream: string, epoch: string): boolean {
    const leftAt = formerEpochs.get(stream)?.get(epoch)
    return leftAt !== undefined && Math.abs(now() - leftAt) < holdMs
  }

  // ── holding back ──────────────────────────────────────────────────────────────────────────────────────────────

  function hold(stream: string, item: Held) {
    const { items } = waiting.get(stream) ?? begin(stream)
    // A mere place must not push out an event.
    if (items.has(item.seq) && (item.event === null || items.get(item.seq)!.event !== null)) return
    items.set(item.seq, item)
    if (item.event !== null) heldCount++
    if (items.size > maxHeld) giveUp(stream, 'overflow')
  }

  function begin(stream: string): Waiting {
    const cancel = scope.timeout(() => {
      giveUp(stream, 'timeout')
      settle()
    }, holdMs)
    const begun = { items: new Map<number, Held>(), since: now(), cancel }
    waiting.set(stream, begun)
    return begun
  }

  /** Timers of hidden tabs come up to a minute late, so each arrival looks at the clock too. */
  function giveUpIfDue() {
    for (const [stream, { since }] of waiting) if (now() - since >= holdMs) giveUp(stream, 'timeout')
  }

  function giveUp(stream: string, cause: 'timeout' | 'overflow') {
    const items = inOrder(stream)
    const known = positions.get(stream)?.seq ?? 0
    const [first] = items
    if (first !== undefined) lost({ stream, cause, from: known + 1, to: lastMissing(items, known) })
    release(stream)
  }

  /** All that waits goes on, whatever is missing. */
  function release(stream: string) {
    const items = inOrder(stream)
    end(stream)
    for (const item of items) pass(stream, item)
  }

  /** What waits goes on as far as nothing is missing. */
  function drain(stream: string) {
    const held = waiting.get(stream)
    if (held === undefined) return
    for (const item of inOrder(stream)) {
      if (item.prev > (positions.get(stream)?.seq ?? 0)) return
      held.items.delete(item.seq)
      pass(stream, item)
    }
    if (held.items.size === 0) end(stream)
  }

  function pass(stream: string, { seq, event }: Held) {
    const known = positions.get(stream)
    const epoch = event?.epoch ?? known?.epoch
    if (epoch === undefined) return
    if (known !== undefined && seq <= known.seq) return event === null ? undefined : old(event)
    positions.set(stream, { epoch, seq })
    if (event !== null) deliver(event)
  }

  function end(stream: string) {
    waiting.get(stream)?.cancel()
    waiting.delete(stream)
  }

  function inOrder(stream: string): Held[] {
    return [...(waiting.get(stream)?.items.values() ?? [])].toSorted((a, b) => a.seq - b.seq)
  }

  /** For a server that does not tell what it sent last: what waits shows at least that something before it is missing. */
  function lastHeld(stream: string, seq: number): number {
    return inOrder(stream).findLast((held) => held.seq <= seq)?.seq ?? 0
  }

  // ── what a server says of places ──────────────────────────────────────────────────────────────────────────────

  function reach(stream: string, { prev, seq }: Move) {
    const known = positions.get(stream)
    const at = known?.seq ?? (knowsHeads ? 0 : seq)
    if (seq <= at) return
    if (prev > at) return hold(stream, { prev, seq, event: null })
    if (known === undefined) return
    positions.set(stream, { epoch: known.epoch, seq })
    drain(stream)
  }

  function expectMissed(heads: Readonly<Record<string, Position>>): string[] {
    const joined = Object.entries(heads).filter(
      ([stream]) => positions.get(stream) === undefined && !arriving.has(stream),
    )
    for (const [stream, { epoch, seq }] of joined) arriving.set(stream, { epoch, seq })
    return joined.map(([stream]) => stream)
  }

  /** All that was missed on it has come. Something that did not is no gap: that the stream is joined was said. */
  function arrived(stream: string, head: Position) {
    release(stream)
    const known = positions.get(stream)
    if (known === undefined || (known.epoch === head.epoch && known.seq < head.seq)) positions.set(stream, head)
  }

  return {
    receive(event) {
      if (waiting.size > 0) giveUpIfDue()
      receive(event)
    },
    get knowsHeads() {
      return knowsHeads
    },
    set knowsHeads(known) {
      knowsHeads = known
    },
    join(heads, isReplaying = false) {
      if (isReplaying) return expectMissed(heads)
      // What waits of a log that is gone will never have its turn; that the stream is joined now is said anyway.
      for (const [stream, { epoch }] of Object.entries(heads)) {
        if (positions.get(stream) === undefined && (heldEpoch(stream) ?? epoch) !== epoch) end(stream)
      }
      const joined = positions.join(heads)
      for (const stream of joined) drain(stream)
      return joined
    },
    move(moves) {
      for (const [stream, move] of Object.entries(moves)) reach(stream, move)
    },
    resume(answer) {
      const entries = Object.entries(answer)
      // Lower than what was asked for: the log was set back, as by a backup.
      const setBack = new Set(
        entries.filter(([stream, { seq }]) => (positions.askedFor(stream)?.seq ?? 0) > seq).map(([stream]) => stream),
      )
      const missing = positions.judge(answer)
      for (const [stream, { epoch, seq, complete, prev }] of entries) {
        if (complete && positions.get(stream)?.epoch === epoch)
          reach(stream, { prev: prev ?? lastHeld(stream, seq), seq })
        else {
          release(stream)
          const known = positions.get(stream)
          if (known !== undefined && known.epoch !== epoch) leaveEpoch(stream, known.epoch)
          // Its events are lost anyway, and those behind it are yet to come.
          if (known?.epoch !== epoch || seq > known.seq || setBack.has(stream)) positions.set(stream, { epoch, seq })
        }
      }
      for (const [stream, head] of arriving) arrived(stream, head)
      arriving.clear()
      return missing
    },
    forgetHeld(stream) {
      if (stream === undefined) arriving.clear()
      for (const each of stream === undefined ? [...waiting.keys()] : [stream]) end(each)
    },
    leave(stream) {
      end(stream)
      arriving.delete(stream)
      positions.leave(stream)
      formerEpochs.delete(stream)
    },
    clear() {
      era++
      arriving.clear()
      for (const stream of [...waiting.keys()]) end(stream)
      positions.clear()
      formerEpochs.clear()
    },
    get streams() {
      return new Set([...Object.keys(positions.streams), ...waiting.keys(), ...arriving.keys()])
    },
    get heldCount() {
      return heldCount
    },
  }
}

/** The end of the last hole in front of or between what waits. */
function lastMissing(items: readonly Held[], known: number): number {
  let reached = known
  let missing = known
  for (const { prev, seq } of items) {
    if (prev > reached) missing = prev
    reached = seq
  }
  return missing
}
