// What the room reads from the API, and the keys it lies under in the cache.
import { roomQuery } from '../../page/room-query.ts'
import type { Gathering, Member, Message, Notice, Post, Relation, Saved, Thread } from './entities.ts'

const key = (...rest: readonly (string | number)[]) => ['workspace', 'social', ...rest] as const

export const postsQuery = roomQuery<Post[]>(key('posts'), '/social/posts')
export const threadsQuery = roomQuery<Thread[]>(key('threads'), '/social/threads')
export const messagesKey = key('messages')
/** One block of a thread's messages; `blockOf` tells which. */
export const messagesQuery = (threadId: string, block: number) =>
  roomQuery<Message[]>(key('messages', threadId, block), `/social/threads/${threadId}/messages/${block}`)
export const gatheringsQuery = roomQuery<Gathering[]>(key('events'), '/social/events')
export const savedQuery = roomQuery<Saved[]>(key('saved'), '/social/saved')
export const membersQuery = roomQuery<Member[]>(key('members'), '/social/members')
/** Whom I follow or have asked to. */
export const followsQuery = roomQuery<Relation[]>(key('follows'), '/social/follows')
/** Who asks to follow me. */
export const requestsQuery = roomQuery<Relation[]>(key('requests'), '/social/requests')
export const noticesQuery = roomQuery<Notice[]>(key('notifications'), '/social/notifications')
