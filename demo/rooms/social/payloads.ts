// What the events of the room carry; REST answers a change with the same.
import type { Person } from '../../shared/entities.ts'
import type { Gathering, Member, Message, Notice, Post, Relation, Role, Saved, Thread } from './entities.ts'

interface Done {
  by: Person
}

export interface PostChange extends Done {
  post: Post
}

export interface PostRemoval extends Done {
  postId: string
}

export interface MessageChange extends Done {
  message: Message
  /** As the member sees it to whom this is told. */
  thread: Thread
}

export interface ThreadChange extends Done {
  thread: Thread
}

export interface GatheringChange extends Done {
  event: Gathering
}

export interface SavedChange extends Done {
  saved: Saved
}

export interface RelationChange extends Done {
  relation: Relation
}

export interface RoleChange extends Done {
  member: Member
  was: Role
}

export interface NoticeChange extends Done {
  notice: Notice
}

export interface NoticesRead extends Done {
  ids: readonly string[]
}

export interface NoticeRemoval extends Done {
  noticeId: string
}

export interface Payloads {
  'post.created': PostChange
  'post.liked': PostChange
  'post.removed': PostRemoval
  'message.created': MessageChange
  'thread.read': ThreadChange
  'rsvp.changed': GatheringChange
  'event.moved': GatheringChange
  'event.saved': SavedChange
  'follow.requested': RelationChange
  'follow.answered': RelationChange
  'follow.ended': RelationChange
  'member.role_changed': RoleChange
  'notification.created': NoticeChange
  'notification.read': NoticesRead
  'notification.removed': NoticeRemoval
}
