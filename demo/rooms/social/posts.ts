// Posts, and who likes them.
import { randomUUID } from 'node:crypto'
import { notFound } from '../../server/api-error.ts'
import { personOf } from '../../server/team.ts'
import type { Actor, Commit, Tell } from './commit.ts'
import type { Post } from './entities.ts'
import type { Notices } from './notices.ts'
import type { PostChange } from './payloads.ts'
import { commonStream } from './streams.ts'
import type { Tables } from './tables.ts'

/** So many are kept; the oldest go first. */
export const maxPosts = 60

interface PostRow {
  place: number
  id: string
  authorId: string
  text: string
  at: string
  version: number
}

export type Posts = ReturnType<typeof createPosts>

export function createPosts(tables: Tables, commit: Commit, notices: Notices) {
  const rows = () => tables.all<PostRow>('SELECT * FROM social_posts ORDER BY place DESC')

  const likedBy = (postId: string) =>
    tables
      .all<{ personId: string }>('SELECT personId FROM social_likes WHERE postId = ? ORDER BY rowid', postId)
      .map(({ personId }) => personId)

  const postOf = ({ authorId, ...row }: PostRow): Post => ({
    ...row,
    author: personOf(authorId),
    likedBy: likedBy(row.id),
  })

  function rowOf(id: string): PostRow {
    const row = tables.all<PostRow>('SELECT * FROM social_posts WHERE id = ?', id)[0]
    if (row === undefined) throw notFound('post')
    return row
  }

  function trim(by: string, tell: Tell) {
    for (const { id, version } of rows().slice(maxPosts)) {
      tables.run('DELETE FROM social_posts WHERE id = ?', id)
      tell({
        type: 'post.removed',
        stream: commonStream,
        entity: { type: 'post', id, version: version + 1 },
        payload: { by: personOf(by), postId: id },
      })
    }
  }

  function tellOf(type: 'post.created' | 'post.liked', id: string, { by, origin }: Actor, tell: Tell): PostChange {
    const payload = { by: personOf(by), post: postOf(rowOf(id)) }
    tell({ type, stream: commonStream, entity: { type: 'post', id, version: payload.post.version }, payload, origin })
    return payload
  }

  return {
    list: () => rows().map(postOf),

    create: (text: string, actor: Actor) =>
      commit((tell) => {
        const id = randomUUID()
        tables.insert('social_posts', { id, authorId: actor.by, text, at: new Date().toISOString() })
        const answer = tellOf('post.created', id, actor, tell)
        trim(actor.by, tell)
        return answer
      }),

    like: (id: string, liked: boolean, actor: Actor) =>
      commit((tell): PostChange => {
        const { by } = actor
        const { authorId, text } = rowOf(id)
        if (likedBy(id).includes(by) === liked) return { by: personOf(by), post: postOf(rowOf(id)) }
        if (liked) tables.insert('social_likes', { postId: id, personId: by })
        else tables.run('DELETE FROM social_likes WHERE postId = ? AND personId = ?', id, by)
        tables.run('UPDATE social_posts SET version = version + 1 WHERE id = ?', id)
        const answer = tellOf('post.liked', id, actor, tell)
        if (liked) {
          const notice = { kind: 'like', text: `liked your post “${shortened(text)}”`, href: '#/social' } as const
          notices.notify(authorId, by, notice, tell)
        }
        return answer
      }),
  }
}

const shortened = (text: string) => (text.length <= 60 ? text : `${text.slice(0, 59).trimEnd()}…`)
