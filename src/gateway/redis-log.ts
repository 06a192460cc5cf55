// How far this node has read the log in Redis, and how it goes on: checks, loads, follows, appends. When there are links for that is
// redis-engine.ts; what Redis does in one step is redis-scripts.ts.
import { createHash } from 'node:crypto'
import { randomId } from '../base/random-id.ts'
import type { Appended, LogCopy, NodeMessage, OnceKey, Retention } from '../hub/engine.ts'
import type { LoggedEvent, NewEvent } from '../hub/event-log.ts'
import { bodyOf, type Entry, entryOf, frameOf, placeOf, type RawEntry } from './redis-entries.ts'
import type { RedisLink } from './redis-link.ts'
import { appendScript, checkScript, type Keys, trimScript } from './redis-scripts.ts'

export interface RedisLog {
  /** This machine's clock minus that of Redis, in ms; 0 while that is not known. */
  readonly skewMs: number
  /** Checks what this node has, and fills the copy where that is not the log. */
  join(reader: RedisLink, writer: RedisLink): Promise<Desk>
  /** Hands over what comes. Rejects where the node has to join again. */
  follow(reader: RedisLink, writer: RedisLink): Promise<never>
}

/** What may be asked for once the node has joined. Whatever rejects, the node has to join again. */
export interface Desk {
  /** The same attempt, made again, is done once. */
  append(attempt: Attempt<NewEvent & { id: string }>): Promise<Appended>
  tell(attempt: Attempt<NodeMessage>): Promise<void>
  readonly send: RedisLink['send']
  readonly end: RedisLink['end']
}

export interface Attempt<What> {
  what: What
  once?: OnceKey | undefined
  /** Its own, however often it is made. */
  token: string
  /** Until when it may be done, as `performance.now()` tells the time: a clock may be set in the meantime. */
  until: number
}

export interface RedisLogOptions extends Retention {
  keys: Keys
  copy: LogCopy
  /** How many entries are kept. */
  maxEvents: number
  /** How long a read waits for something to come, in whole ms. */
  waitMs: number
}

/** Silence says nothing about whether the log is still the same, so it is asked. */
const checkEveryMs = 5_000
const pageSize = 500

export function createRedisLog({ keys, copy, retentionMs, maxEvents, waitMs }: RedisLogOptions): RedisLog {
  let epoch = ''
  /** The newest entry that was read. */
  let read = { index: 0, id: '' }
  /** The newest of all that is known of, in whichever epoch: this node's own come before they are read. */
  let known = 0
  /** The clock of Redis minus the steady one of this process, in ms; null before it was asked. */
  let aheadMs: number | null = null

  /** True again as soon as the clock of this machine is set. */
  const skew = () => (aheadMs === null ? 0 : Math.round(Date.now() - (performance.now() + aheadMs)))

  async function check(link: RedisLink) {
    const askedAt = performance.now()
    const args = [randomId(), epoch, String(read.index), read.id, String(known)]
    const reply = await link.send('EVAL', checkScript, '2', keys.state, keys.log, ...args)
    const [found, index, misses, at, run] = reply as [string, string, number, string, string]
    aheadMs = Number(at) - (askedAt + performance.now()) / 2
    return { epoch: found, index: Number(index), misses: misses === 1, run }
  }

  async function join(reader: RedisLink, writer: RedisLink): Promise<Desk> {
    const appendSha = (await writer.send('SCRIPT', 'LOAD', appendScript)) as string
    const written = await check(writer)
    const found = await check(reader)
    if (found.run !== written.run || found.epoch !== written.epoch) {
      throw new Error('the two links lead to different servers, as they may while one takes over from another')
    }
    if (found.epoch !== epoch || found.misses) await load(reader)
    // Whoever may not read what comes is not up: it would join again and again.
    await readOn(reader)
    return deskOf(writer, appendSha)
  }

  async function load(link: RedisLink) {
    const pairs = (await link.send('HGETALL', keys.state)) as string[]
    const heads = new Map<string, number>()
    const state: Record<string, string> = {}
    for (let place = 0; place < pairs.length; place += 2) {
      const [field, value] = [pairs[place]!, pairs[place + 1]!]
      if (field.startsWith('s:')) heads.set(field.slice(2), Number(value))
      else state[field] = value
    }
    if (state['epoch'] === undefined) throw new Error('the log is gone')
    const newest = Number(state['index'])
    const entries = await entriesUpTo(newest, link, state['epoch'])
    const hasReadBefore = epoch !== ''
    const unheard = hasReadBefore ? entries.filter(({ index }) => index > read.index) : []
    epoch = state['epoch']
    const last = entries.at(-1)
    read = { index: newest, id: last?.index === newest ? last.id : '' }
    known = Math.max(known, newest)
    copy.load({ epoch, heads, events: unbroken(entries, newest).flatMap(eventsOf) })
    for (const { content } of unheard) if (content !== null && 'message' in content) copy.hear(content.message)
  }

  async function entriesUpTo(newest: number, link: RedisLink, ofEpoch: string): Promise<Entry[]> {
    const entries: Entry[] = []
    for (let from = '-'; ; from = `${entries.at(-1)!.index + 1}-0`) {
      const page = await link.send('XRANGE', keys.log, from, `${newest}-1`, 'COUNT', String(pageSize))
      for (const raw of page as RawEntry[]) entries.push(entryOf(raw, ofEpoch))
      if ((page as RawEntry[]).length < pageSize) return entries
    }
  }

  /** For the copy its age is what counts, and that is told by this machine's clock. */
  const logged = (frame: LoggedEvent['frame'], { index, at }: Entry) => ({ frame, index, at: at + skew() })

  const eventsOf = (entry: Entry) =>
    entry.content !== null && 'event' in entry.content ? [logged(entry.content.event, entry)] : []

  function take(entry: Entry) {
    if (entry.index !== read.index + 1) throw new Error(`the log lacks its entry ${read.index + 1}`)
    read = { index: entry.index, id: entry.id }
    known = Math.max(known, entry.index)
    if (entry.content === null) return
    if ('event' in entry.content) copy.take(logged(entry.content.event, entry))
    else copy.hear(entry.content.message)
  }

  /** What comes next, as far as it is there, or comes while it is waited for. */
  async function readOn(link: RedisLink, ...wait: readonly string[]) {
    const from = `${read.index}-1`
    const reply = await link.send('XREAD', 'COUNT', String(pageSize), ...wait, 'STREAMS', keys.log, from)
    const [[, entries] = ['', []]] = (reply ?? []) as [key: string, entries: RawEntry[]][]
    for (const raw of entries) take(entryOf(raw, epoch))
  }

  async function follow(reader: RedisLink, writer: RedisLink): Promise<never> {
    let checkedAt = performance.now()
    let trimmedAt = checkedAt
    for (;;) {
      await readOn(reader, 'BLOCK', String(waitMs))
      const now = performance.now()
      if (now - checkedAt < checkEveryMs) continue
      checkedAt = now
      // Nobody may have written for long, and would be the first to learn that the link is dead.
      writer.send('PING').catch(() => {})
      const found = await check(reader)
      if (found.epoch !== epoch) throw new Error('the log began anew')
      if (found.misses) throw new Error(`the log lacks its entry ${read.index + 1}`)
      if (now - trimmedAt < retentionMs / 10) continue
      trimmedAt = now
      await reader.send('EVAL', trimScript, '1', keys.log, String(retentionMs))
    }
  }

  function deskOf({ send, end }: RedisLink, appendSha: string): Desk {
    /** Answers once the entry is there: as an attempt of this token left it, or as whoever was first did. */
    async function add(id: string, stream: string, body: string, { once, token, until }: Attempt<unknown>) {
      const places = [keys.state, keys.log, keys.id(id), ...(once === undefined ? [] : [keys.once(hashOf(once))])]
      const told = [epoch, String(known), String(Math.floor(until + (aheadMs ?? 0))), token, id, stream, body]
      const kept = [String(retentionMs), String(maxEvents)]
      const reply = (await send('EVALSHA', appendSha, String(places.length), ...places, ...told, ...kept)) as Reply
      if (reply[0] === 'moved') throw new Error('the log began anew')
      // Whoever asked gives up at this time, too.
      if (reply[0] === 'late') return new Promise<never>(() => {})
      if (reply[0] === 'done') {
        const [, index, seq, at] = reply
        known = Math.max(known, Number(index))
        return { place: { id, stream, seq: Number(seq), at: Number(at), epoch }, body, isNew: true }
      }
      const [, firstToken, firstEpoch, firstId, seq, at, fields] = reply
      const first = fields.length > 0 ? placeOf(fields, firstEpoch) : null
      const place = first ?? { id: firstId, stream, seq: Number(seq), at: Number(at), epoch: firstEpoch }
      return { place, body: first?.body ?? body, isNew: firstToken === token }
    }

    return {
      async append(attempt) {
        const { id, stream } = attempt.what
        const { place, body, isNew } = await add(id, stream, bodyOf(attempt.what), attempt)
        return { frame: frameOf(place, body), isNew }
      },
      async tell(attempt) {
        await add(attempt.token, '', JSON.stringify(attempt.what), attempt)
      },
      send,
      end,
    }
  }

  return {
    get skewMs() {
      return skew()
    },
    join,
    follow,
  }
}

/**
 * What lies behind the last hole: whatever is before one cannot be gone on from. There are none but where somebody else meddles with the log,
 * or where it is trimmed faster than it is read.
 */
function unbroken(entries: readonly Entry[], newest: number): readonly Entry[] {
  let first = entries.length
  while (first > 0 && entries[first - 1]!.index === newest - (entries.length - first)) first--
  return entries.slice(first)
}

type Reply =
  | ['moved']
  | ['late']
  | ['done', index: string, seq: string, at: string]
  | ['known', token: string, epoch: string, id: string, seq: string, at: string, fields: readonly string[]]

/** Names of any length and with any character in them. */
function hashOf({ subject, id }: OnceKey): string {
  return createHash('sha256')
    .update(JSON.stringify([subject, id]))
    .digest('base64url')
}
