// What the Social room is made of, as REST answers it and as events carry it. All of it is the same for everybody, but for threads:
// how much of one is unread differs from person to person.
import type { Person } from '../../shared/entities.ts'

interface Versioned {
  id: string
  /** Grows by one with each change, so that of two copies the newer one can be told. */
  version: number
}

interface Placed extends Versioned {
  /** Its place among its like: the order of lists. */
  place: number
}

export interface Post extends Placed {
  author: Person
  text: string
  /** ISO 8601. */
  at: string
  /** Ids of people. */
  likedBy: readonly string[]
}

export interface Message {
  id: string
  threadId: string
  /** 1, 2, 3 … in its thread. */
  n: number
  author: Person
  text: string
  at: string
  /** Chosen by the sender, so that what is sent twice is written once. */
  key: string
}

/** A thread as one of its members sees it. */
export interface Thread extends Placed {
  /** Null: between two people, who are its title to each other. */
  title: string | null
  members: readonly Person[]
  last: Message | null
  /** The first block of messages that is still kept. */
  firstBlock: number
  /** Messages of others after the last one that was read. */
  unread: number
}

/** Messages are read by blocks, each of which is full before the next one begins. */
export const blockSize = 30
export const blockOf = (n: number): number => Math.floor((n - 1) / blockSize)

export const answers = ['going', 'maybe', 'no'] as const
export type Answer = (typeof answers)[number]

export interface Reply {
  person: Person
  answer: Answer
}

/** An event of the calendar; called so in code because events are something else here. */
export interface Gathering extends Versioned {
  title: string
  about: string
  venue: string
  startsAt: string
  host: Person
  /** In the order in which people first answered. */
  replies: readonly Reply[]
}

/** Whether somebody has saved a gathering; its id is that of the gathering. */
export interface Saved extends Versioned {
  saved: boolean
}

export const roles = ['owner', 'admin', 'member'] as const
export type Role = (typeof roles)[number]

export interface Member extends Placed {
  name: string
  role: Role
  title: string
  city: string
}

export type RelationState = 'none' | 'requested' | 'following'

/** Between two people, from the one who follows or wants to. */
export interface Relation extends Placed {
  from: Person
  to: Person
  state: RelationState
}

export type NoticeKind = 'like' | 'follow' | 'role' | 'rsvp'

export interface Notice extends Placed {
  kind: NoticeKind
  by: Person
  /** Goes on after the name: `liked your post “…”`. */
  text: string
  /** Where it leads. */
  href: string
  at: string
  read: boolean
}

/** The version of a notice that was read: it was made unread, and is read once. */
export const readVersion = 2
