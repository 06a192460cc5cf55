// Who follows whom, and who has asked to.
import { ApiError, notFound } from '../../server/api-error.ts'
import { findPerson, personOf } from '../../server/team.ts'
import type { Actor, Commit, Tell } from './commit.ts'
import type { Relation, RelationState } from './entities.ts'
import type { Notices } from './notices.ts'
import type { RelationChange } from './payloads.ts'
import { streamOf } from './streams.ts'
import type { Tables } from './tables.ts'

interface RelationRow {
  place: number
  id: string
  fromId: string
  toId: string
  state: RelationState
  version: number
}

const relationOf = ({ fromId, toId, ...row }: RelationRow): Relation => ({
  ...row,
  from: personOf(fromId),
  to: personOf(toId),
})

const idOf = (fromId: string, toId: string) => `${fromId}-${toId}`

export type Relations = ReturnType<typeof createRelations>

export function createRelations(tables: Tables, commit: Commit, notices: Notices) {
  const rows = (where: string, personId: string) =>
    tables.all<RelationRow>(`SELECT * FROM social_relations WHERE ${where} ORDER BY place`, personId).map(relationOf)
  const find = (id: string) => tables.all<RelationRow>('SELECT * FROM social_relations WHERE id = ?', id)[0]

  /** Both of them are told. */
  function tellOf(
    type: 'follow.requested' | 'follow.answered' | 'follow.ended',
    id: string,
    { by, origin }: Actor,
    tell: Tell,
  ): RelationChange {
    const payload = { by: personOf(by), relation: relationOf(find(id)!) }
    const { from, to, version } = payload.relation
    for (const personId of [from.id, to.id]) {
      tell({ type, stream: streamOf(personId), entity: { type: 'relation', id, version }, payload, origin })
    }
    return payload
  }

  const move = (id: string, state: RelationState) =>
    tables.run('UPDATE social_relations SET state = ?, version = version + 1 WHERE id = ?', state, id)

  return {
    find,
    /** Whom somebody follows or has asked to. */
    follows: (personId: string) => rows("fromId = ? AND state <> 'none'", personId),
    /** Who has asked to follow somebody. */
    requests: (personId: string) => rows("toId = ? AND state = 'requested'", personId),

    ask: (toId: string, actor: Actor) =>
      commit((tell): RelationChange => {
        const { by } = actor
        if (findPerson(toId) === undefined) throw notFound('member')
        if (toId === by) throw new ApiError(422, 'INVALID', 'Nobody has to follow themselves.')
        const id = idOf(by, toId)
        const known = find(id)
        if (known === undefined) tables.insert('social_relations', { id, fromId: by, toId, state: 'requested' })
        else if (known.state === 'none') move(id, 'requested')
        else return { by: personOf(by), relation: relationOf(known) }
        const answer = tellOf('follow.requested', id, actor, tell)
        notices.notify(toId, by, { kind: 'follow', text: 'asks to follow you', href: '#/social/people' }, tell)
        return answer
      }),

    answer: (id: string, accepted: boolean, actor: Actor) =>
      commit((tell): RelationChange => {
        const { by } = actor
        const known = find(id)
        if (known?.toId !== by || known.state !== 'requested') throw notFound('follow request')
        move(id, accepted ? 'following' : 'none')
        const answer = tellOf('follow.answered', id, actor, tell)
        const notice = { kind: 'follow', text: 'lets you follow their posts', href: '#/social/people' } as const
        if (accepted) notices.notify(known.fromId, by, notice, tell)
        return answer
      }),

    /** Follows no longer, or takes back what was asked. */
    end: (toId: string, actor: Actor) =>
      commit((tell): RelationChange => {
        const id = idOf(actor.by, toId)
        const known = find(id)
        if (known === undefined || known.state === 'none') throw notFound('person you follow')
        move(id, 'none')
        return tellOf('follow.ended', id, actor, tell)
      }),
  }
}
