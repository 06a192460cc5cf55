// What the room adds to the one set-up of livecache: its events, what each of them does to the cache (changes.ts), which stream feeds
// which queries, and what is worth a toast (toast-rules.ts).
import { defineEvents, payload, type Rules, type StreamBindings } from 'livecache'
import {
  followChanged,
  gatheringChanged,
  gatheringSaved,
  messageCreated,
  noticeCreated,
  noticeRemoved,
  noticesRead,
  postChanged,
  postRemoved,
  requestChanged,
  roleChanged,
  threadChanged,
} from './changes.ts'
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
  messagesKey,
  noticesQuery,
  postsQuery,
  requestsQuery,
  savedQuery,
  threadsQuery,
} from './queries.ts'
import { ownerOf } from './streams.ts'
import { toastRulesOf } from './toast-rules.ts'

const events = defineEvents({
  'post.created': payload<PostChange>(),
  'post.liked': payload<PostChange>(),
  'post.removed': payload<PostRemoval>(),
  'message.created': payload<MessageChange>(),
  'thread.read': payload<ThreadChange>(),
  'rsvp.changed': payload<GatheringChange>(),
  'event.moved': payload<GatheringChange>(),
  'event.saved': payload<SavedChange>(),
  'follow.requested': payload<RelationChange>(),
  'follow.answered': payload<RelationChange>(),
  'follow.ended': payload<RelationChange>(),
  'member.role_changed': payload<RoleChange>(),
  'notification.created': payload<NoticeChange>(),
  'notification.read': payload<NoticesRead>(),
  'notification.removed': payload<NoticeRemoval>(),
})

export type SocialEvents = typeof events

/** Both of them are told, each on their own stream. */
const relationChanged = (change: RelationChange, stream: string | undefined) =>
  ownerOf(stream) === change.relation.from.id ? followChanged(change) : requestChanged(change)

const rules: Rules<SocialEvents> = {
  'post.created': ({ payload: change }) => postChanged(change),
  'post.liked': ({ payload: change }) => postChanged(change),
  'post.removed': ({ payload: change }) => postRemoved(change),

  'message.created': ({ payload: change }) => messageCreated(change),
  'thread.read': ({ payload: change }) => threadChanged(change),

  'rsvp.changed': ({ payload: change }) => gatheringChanged(change),
  'event.moved': ({ payload: change }) => gatheringChanged(change),
  'event.saved': ({ payload: change }) => gatheringSaved(change),

  'follow.requested': ({ payload: change, stream }) => relationChanged(change, stream),
  'follow.answered': ({ payload: change, stream }) => relationChanged(change, stream),
  'follow.ended': ({ payload: change, stream }) => relationChanged(change, stream),

  'member.role_changed': ({ payload: change }) => roleChanged(change),

  'notification.created': ({ payload: change }) => noticeCreated(change),
  'notification.read': ({ payload: change }) => noticesRead(change),
  'notification.removed': ({ payload: change }) => noticeRemoved(change),
}

const streams: StreamBindings = {
  'tenant:*:social': [postsQuery, gatheringsQuery, membersQuery],
  'user:*:social': [threadsQuery, messagesKey, savedQuery, followsQuery, requestsQuery, noticesQuery],
}

export const socialRealtime = { events, rules, streams, toastRules: toastRulesOf(events) }
