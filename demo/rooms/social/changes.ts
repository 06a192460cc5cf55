// What each change does to the cache, whichever way it is told: by an event, or by the answer to a mutation.
import { type Operation, patch, remove, upsert } from 'livecache'
import { blockOf, type Notice, readVersion, type Relation } from './entities.ts'
import type {
  GatheringChange,
  MessageChange,
  NoticeChange,
  NoticeRemoval,
  NoticesRead,
  PostChange,
  PostRemoval,
  RelationChange,
  RoleChange,
  SavedChange,
  ThreadChange,
} from './payloads.ts'
import {
  followsQuery,
  gatheringsQuery,
  membersQuery,
  messagesQuery,
  noticesQuery,
  postsQuery,
  requestsQuery,
  savedQuery,
  threadsQuery,
} from './queries.ts'

const byVersion = { version: ({ version }: { version: number }) => version }
const always = () => true
const oldestFirst = { sort: (a: { place: number }, b: { place: number }) => a.place - b.place }
const newestFirst = { sort: (a: { place: number }, b: { place: number }) => b.place - a.place }

export const postChanged = ({ post }: PostChange): Operation =>
  upsert(postsQuery, post, { ...byVersion, ...newestFirst, where: always })

/** Of a post that has left since, nothing is known any more, and a like does not bring it back. */
export const postRemoved = ({ postId }: PostRemoval): Operation => remove(postsQuery, postId)

export const threadChanged = ({ thread }: ThreadChange): Operation[] => [
  upsert(threadsQuery, thread, { ...byVersion, ...oldestFirst, where: always }),
  // What is no longer kept is empty at the server.
  ...(thread.firstBlock > 0
    ? [patch(messagesQuery(thread.id, thread.firstBlock - 1), () => [], { confirm: false })]
    : []),
]

export const messageCreated = ({ message, ...change }: MessageChange): Operation[] => [
  upsert(messagesQuery(message.threadId, blockOf(message.n)), message, {
    // A message never changes.
    version: () => 1,
    where: always,
    sort: (a, b) => a.n - b.n,
  }),
  ...threadChanged(change),
]

export const gatheringChanged = ({ event }: GatheringChange): Operation =>
  upsert(gatheringsQuery, event, {
    ...byVersion,
    where: always,
    sort: (a, b) => compared(a.startsAt, b.startsAt) || compared(a.id, b.id),
  })

export const gatheringSaved = ({ saved }: SavedChange): Operation =>
  upsert(savedQuery, saved, { ...byVersion, where: (it) => it.saved, sort: (a, b) => compared(a.id, b.id) })

export const roleChanged = ({ member }: RoleChange): Operation =>
  upsert(membersQuery, member, { ...byVersion, ...oldestFirst, where: always })

/** To who follows, or wants to. */
export const followChanged = ({ relation }: RelationChange): Operation =>
  upsert(followsQuery, relation, { ...byVersion, ...oldestFirst, where: ({ state }: Relation) => state !== 'none' })

/** To who is followed. */
export const requestChanged = ({ relation }: RelationChange): Operation =>
  upsert(requestsQuery, relation, {
    ...byVersion,
    ...oldestFirst,
    where: ({ state }: Relation) => state === 'requested',
  })

export const noticeCreated = ({ notice }: NoticeChange): Operation =>
  upsert(noticesQuery, notice, { ...byVersion, ...newestFirst, where: always })

export const noticesRead = ({ ids }: Pick<NoticesRead, 'ids'>): Operation[] =>
  ids.map((id) => patch<Notice>(noticesQuery, asRead, { id, ...byVersion }))

const asRead = (notice: Notice): Notice => (notice.read ? notice : { ...notice, read: true, version: readVersion })

export const noticeRemoved = ({ noticeId }: NoticeRemoval): Operation => remove(noticesQuery, noticeId)

/** As the database orders text, so that lists have its order. */
const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
