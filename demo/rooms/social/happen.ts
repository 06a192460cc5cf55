// What happens in the room by itself: one of the colleagues does something. Whoever a page signs in as at first does nothing here.
import { randomUUID } from 'node:crypto'
import { team } from '../../server/team.ts'
import type { Chat } from './chat.ts'
import type { Actor } from './commit.ts'
import { answers, type Role } from './entities.ts'
import type { Gatherings } from './gatherings.ts'
import type { Members } from './members.ts'
import type { Posts } from './posts.ts'
import type { Relations } from './relations.ts'
import { mayGive } from './role-rights.ts'
import { laterMessages, laterPosts } from './texts.ts'

export interface HappeningsOptions {
  posts: Posts
  chat: Chat
  gatherings: Gatherings
  members: Members
  relations: Relations
}

type Happening = (actor: Actor) => unknown

export function createHappenings({ posts, chat, gatherings, members, relations }: HappeningsOptions): () => void {
  /** With how often each happens, compared with the others. */
  const happenings: readonly (readonly [weight: number, Happening])[] = [
    [5, write],
    [3, (actor) => posts.create(worded(laterPosts), actor)],
    [4, like],
    [3, reply],
    [2, relate],
    [1, changeRole],
  ]

  function write(actor: Actor) {
    const thread = oneOf(chat.threads(actor.by))
    if (thread === undefined) return
    chat.read(thread.id, thread.last?.n ?? 0, actor)
    chat.write(thread.id, worded(laterMessages), randomUUID(), actor)
  }

  function like(actor: Actor) {
    const post = oneOf(posts.list().slice(0, 12))
    if (post !== undefined) posts.like(post.id, !post.likedBy.includes(actor.by), actor)
  }

  function reply(actor: Actor) {
    const gathering = oneOf(gatherings.list())
    if (gathering !== undefined) gatherings.reply(gathering.id, oneOf(answers)!, actor)
  }

  /** Answers who has asked; else asks somebody, or stops following. */
  function relate(actor: Actor) {
    const asked = oneOf(relations.requests(actor.by))
    if (asked !== undefined) return relations.answer(asked.id, Math.random() < 0.8, actor)
    const other = oneOf(team.filter(({ id }) => id !== actor.by))!
    const isKnown = relations.follows(actor.by).some(({ to }) => to.id === other.id)
    return isKnown ? relations.end(other.id, actor) : relations.ask(other.id, actor)
  }

  function changeRole(actor: Actor) {
    const member = oneOf(members.list().filter(({ id, role }) => id !== actor.by && role !== 'owner'))
    if (member === undefined) return
    const next: Role = member.role === 'admin' ? 'member' : 'admin'
    if (mayGive(members.find(actor.by).role, member.role, next)) members.changeRole(member.id, next, actor)
  }

  return () => {
    gatherings.postponePassed()
    const colleague = oneOf(team.slice(1))!
    weighted(happenings)({ by: colleague.id, origin: {} })
  }
}

const oneOf = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(Math.random() * items.length)]

const worded = (texts: readonly string[]) => oneOf(texts)!.replace('#', String(6 + Math.floor(Math.random() * 18)))

function weighted(happenings: readonly (readonly [weight: number, Happening])[]): Happening {
  const total = happenings.reduce((sum, [weight]) => sum + weight, 0)
  let left = Math.random() * total
  return (happenings.find(([weight]) => (left -= weight) < 0) ?? happenings[0]!)[1]
}
