// The Social room, as the server sees it: its addresses, its streams, and what happens in it by itself.
import { notFound } from '../../server/api-error.ts'
import { booleanOf, choiceOf, numberOf, textOf } from '../../server/body.ts'
import type { CreateRoom } from '../../server/room.ts'
import { createChat } from './chat.ts'
import { createCommit } from './commit.ts'
import { answers, roles } from './entities.ts'
import { createGatherings } from './gatherings.ts'
import { createHappenings } from './happen.ts'
import { createMembers } from './members.ts'
import { createNotices } from './notices.ts'
import { createPosts } from './posts.ts'
import { createRelations } from './relations.ts'
import { seed } from './seed.ts'
import { commonStream, streamOf } from './streams.ts'
import { openTables } from './tables.ts'

export const maxPostLength = 400
export const maxMessageLength = 600

export const createSocial: CreateRoom = (context) => {
  const tables = openTables(context.database)
  const commit = createCommit(context)
  seed(tables, commit)
  const notices = createNotices(tables, commit)
  const posts = createPosts(tables, commit, notices)
  const chat = createChat(tables, commit)
  const gatherings = createGatherings(tables, commit, notices)
  const members = createMembers(tables, commit, notices)
  const relations = createRelations(tables, commit, notices)
  gatherings.postponeQuietly()

  return {
    routes: {
      'GET /social/posts': () => posts.list(),
      'POST /social/posts': ({ body, ...actor }) => posts.create(textOf(body, 'text', maxPostLength), actor),
      'PATCH /social/posts/:id': ({ params, body, ...actor }) =>
        posts.like(idIn(params), booleanOf(body, 'liked'), actor),

      'GET /social/threads': ({ by }) => chat.threads(by),
      'PATCH /social/threads/:id': ({ params, body, ...actor }) =>
        chat.read(idIn(params), numberOf(body, 'readTo'), actor),
      'GET /social/threads/:id/messages/:block': ({ params, by }) => chat.messages(idIn(params), blockIn(params), by),
      'POST /social/threads/:id/messages': ({ params, body, ...actor }) =>
        chat.write(idIn(params), textOf(body, 'text', maxMessageLength), textOf(body, 'key', 64), actor),

      'GET /social/events': () => gatherings.list(),
      'GET /social/saved': ({ by }) => gatherings.saved(by),
      'PATCH /social/events/:id': ({ params, body, ...actor }) =>
        'saved' in body
          ? gatherings.save(idIn(params), booleanOf(body, 'saved'), actor)
          : gatherings.reply(idIn(params), choiceOf(body, 'answer', answers), actor),

      'GET /social/members': () => members.list(),
      'PATCH /social/members/:id': ({ params, body, ...actor }) =>
        members.changeRole(idIn(params), choiceOf(body, 'role', roles), actor),

      'GET /social/follows': ({ by }) => relations.follows(by),
      'POST /social/members/:id/follow': ({ params, ...actor }) => relations.ask(idIn(params), actor),
      'DELETE /social/members/:id/follow': ({ params, ...actor }) => relations.end(idIn(params), actor),
      'GET /social/requests': ({ by }) => relations.requests(by),
      'PATCH /social/requests/:id': ({ params, body, ...actor }) =>
        relations.answer(idIn(params), booleanOf(body, 'accepted'), actor),

      'GET /social/notifications': ({ by }) => notices.list(by),
      'PATCH /social/notifications': (actor) => notices.read(actor),
      'PATCH /social/notifications/:id': ({ params, ...actor }) => notices.read(actor, idIn(params)),
    },
    streams: (personId) => [commonStream, streamOf(personId)],
    happen: createHappenings({ posts, chat, gatherings, members, relations }),
  }
}

type Params = Readonly<Record<string, string>>

const idIn = ({ id = '' }: Params) => id

function blockIn({ block = '' }: Params): number {
  if (!/^\d{1,9}$/.test(block)) throw notFound('block of messages')
  return Number(block)
}
