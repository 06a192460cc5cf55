// Threads and their messages. What is unread is counted when it is asked for, never added up.
import { randomUUID } from 'node:crypto'
import { notFound } from '../../server/api-error.ts'
import { personOf } from '../../server/team.ts'
import type { Actor, Commit } from './commit.ts'
import { blockOf, blockSize, type Message, type Thread } from './entities.ts'
import type { MessageChange, ThreadChange } from './payloads.ts'
import { streamOf } from './streams.ts'
import type { Tables } from './tables.ts'

/** So many blocks of messages are kept of each thread; the oldest goes as a whole. */
export const maxBlocks = 8

interface MessageRow {
  threadId: string
  n: number
  id: string
  authorId: string
  text: string
  at: string
  key: string
}

interface SeatRow {
  threadId: string
  personId: string
  readTo: number
  version: number
  title: string | null
  place: number
}

const messageOf = ({ authorId, ...row }: MessageRow): Message => ({ ...row, author: personOf(authorId) })

export type Chat = ReturnType<typeof createChat>

export function createChat(tables: Tables, commit: Commit) {
  const seats =
    'SELECT seat.*, thread.title, thread.place FROM social_seats seat JOIN social_threads thread ON thread.id = threadId'

  const lastRow = (threadId: string) =>
    tables.all<MessageRow>('SELECT * FROM social_messages WHERE threadId = ? ORDER BY n DESC LIMIT 1', threadId)[0]

  const membersOf = (threadId: string) =>
    tables
      .all<{ personId: string }>('SELECT personId FROM social_seats WHERE threadId = ? ORDER BY rowid', threadId)
      .map(({ personId }) => personId)

  function threadOf({ threadId, personId, readTo, version, title, place }: SeatRow): Thread {
    const last = lastRow(threadId)
    const { unread } = tables.all<{ unread: number }>(
      'SELECT COUNT(*) AS unread FROM social_messages WHERE threadId = ? AND n > ? AND authorId <> ?',
      ...[threadId, readTo, personId],
    )[0]!
    const { n: first } = tables.all<{ n: number | null }>(
      'SELECT MIN(n) AS n FROM social_messages WHERE threadId = ?',
      threadId,
    )[0]!
    return {
      ...{ id: threadId, version, place, title, unread },
      members: membersOf(threadId).map(personOf),
      last: last === undefined ? null : messageOf(last),
      firstBlock: first === null ? 0 : blockOf(first),
    }
  }

  /** A thread that somebody is not in is none to them. */
  function seatOf(threadId: string, personId: string): SeatRow {
    const seat = tables.all<SeatRow>(`${seats} WHERE threadId = ? AND personId = ?`, threadId, personId)[0]
    if (seat === undefined) throw notFound('thread')
    return seat
  }

  const thread = (threadId: string, personId: string) => threadOf(seatOf(threadId, personId))

  /** Whole blocks, so that none that is left changes. */
  function trim(threadId: string, n: number) {
    const kept = blockOf(n) - maxBlocks + 1
    if (kept > 0) tables.run('DELETE FROM social_messages WHERE threadId = ? AND n <= ?', threadId, kept * blockSize)
  }

  return {
    threads: (personId: string) =>
      tables.all<SeatRow>(`${seats} WHERE personId = ? ORDER BY thread.place`, personId).map(threadOf),

    /** A block that is not there (any more, or yet) is empty. */
    messages(threadId: string, block: number, personId: string): Message[] {
      seatOf(threadId, personId)
      const from = block * blockSize
      return tables
        .all<MessageRow>(
          'SELECT * FROM social_messages WHERE threadId = ? AND n > ? AND n <= ? ORDER BY n',
          ...[threadId, from, from + blockSize],
        )
        .map(messageOf)
    },

    /** @param key the same for each attempt of the sender */
    write: (threadId: string, text: string, key: string, { by, origin }: Actor) =>
      commit((tell): MessageChange => {
        seatOf(threadId, by)
        const known = tables.all<MessageRow>(
          'SELECT * FROM social_messages WHERE threadId = ? AND authorId = ? AND key = ?',
          ...[threadId, by, key],
        )[0]
        if (known !== undefined) return { by: personOf(by), message: messageOf(known), thread: thread(threadId, by) }
        const n = (lastRow(threadId)?.n ?? 0) + 1
        const row = { threadId, n, id: randomUUID(), authorId: by, text, at: new Date().toISOString(), key }
        tables.insert('social_messages', row)
        tables.run('UPDATE social_seats SET version = version + 1 WHERE threadId = ?', threadId)
        trim(threadId, n)
        const told = (personId: string): MessageChange => ({
          by: personOf(by),
          message: messageOf(row),
          thread: thread(threadId, personId),
        })
        for (const personId of membersOf(threadId)) {
          const entity = { type: 'message', id: row.id, version: 1 }
          tell({ type: 'message.created', stream: streamOf(personId), entity, payload: told(personId), origin })
        }
        return told(by)
      }),

    /** @param upTo the last message that was read; what came before it was too */
    read: (threadId: string, upTo: number, { by, origin }: Actor) =>
      commit((tell): ThreadChange => {
        const { readTo } = seatOf(threadId, by)
        const next = Math.min(Math.floor(upTo), lastRow(threadId)?.n ?? 0)
        if (next <= readTo) return { by: personOf(by), thread: thread(threadId, by) }
        tables.run(
          'UPDATE social_seats SET readTo = ?, version = version + 1 WHERE threadId = ? AND personId = ?',
          ...[next, threadId, by],
        )
        const payload = { by: personOf(by), thread: thread(threadId, by) }
        const entity = { type: 'thread', id: threadId, version: payload.thread.version }
        tell({ type: 'thread.read', stream: streamOf(by), entity, payload, origin })
        return payload
      }),
  }
}
