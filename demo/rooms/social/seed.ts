// The room as it is at first, where there is nothing yet.
import { randomUUID } from 'node:crypto'
import type { Commit } from './commit.ts'
import type { Tables } from './tables.ts'
import {
  earlierMessages,
  firstGatherings,
  firstMembers,
  firstNotices,
  firstPosts,
  firstRelations,
  type FirstThread,
  firstThreads,
} from './texts.ts'

const hourMs = 3_600_000
/** So many in the first thread, before the talk of today. */
const earlier = 64

const hoursAgo = (hours: number) => new Date(Date.now() - hours * hourMs).toISOString()

export function seed(tables: Tables, commit: Commit): void {
  if (tables.all('SELECT id FROM social_members LIMIT 1')[0] !== undefined) return
  commit(() => {
    firstMembers.forEach((member, place) => tables.insert('social_members', { place, ...member }))
    seedRelations(tables)
    seedPosts(tables)
    for (const [place, thread] of firstThreads.entries()) seedThread(tables, thread, place)
    seedGatherings(tables)
    for (const { hoursAgo: hours, ...notice } of firstNotices)
      tables.insert('social_notices', { id: randomUUID(), personId: 'adaeze', at: hoursAgo(hours), ...notice })
  })
}

function seedRelations(tables: Tables) {
  for (const [fromId, toId, state] of firstRelations)
    tables.insert('social_relations', { id: `${fromId}-${toId}`, fromId, toId, state })
}

function seedPosts(tables: Tables) {
  for (const [authorId, hours, text, likedBy] of firstPosts) {
    const id = randomUUID()
    tables.insert('social_posts', { id, authorId, text, at: hoursAgo(hours) })
    for (const personId of likedBy) tables.insert('social_likes', { postId: id, personId })
  }
}

function seedThread(tables: Tables, { id, title, members, talk, unread }: FirstThread, place: number) {
  tables.insert('social_threads', { id, title, place })
  const before = place === 0 ? earlierTalk(members) : []
  const all = [...before, ...talk]
  all.forEach(([authorId, text], index) => {
    const row = { threadId: id, n: index + 1, id: randomUUID(), authorId, text, key: randomUUID() }
    tables.insert('social_messages', { ...row, at: hoursAgo(0.2 + (all.length - index) * 0.4 + place * 3) })
  })
  for (const personId of members) {
    const readTo = personId === 'adaeze' ? all.length - unread : all.length
    tables.insert('social_seats', { threadId: id, personId, readTo })
  }
}

const earlierTalk = (members: readonly string[]) =>
  Array.from({ length: earlier }, (_, index) => {
    const text = earlierMessages[index % earlierMessages.length]!
    return [members[(index * 3) % members.length]!, text.replace('#', String(3 + (index % 17)))] as const
  })

function seedGatherings(tables: Tables) {
  for (const { inDays, hour, replies, ...gathering } of firstGatherings) {
    const startsAt = new Date(Date.now() + inDays * 24 * hourMs)
    startsAt.setUTCHours(hour, 0, 0, 0)
    tables.insert('social_gatherings', { ...gathering, startsAt: startsAt.toISOString() })
    for (const [personId, answer] of Object.entries(replies))
      tables.insert('social_replies', { gatheringId: gathering.id, personId, answer })
  }
}
