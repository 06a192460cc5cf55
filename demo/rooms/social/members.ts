// The organization: who is in it, and in which role.
import { ApiError, notFound } from '../../server/api-error.ts'
import { personOf } from '../../server/team.ts'
import type { Actor, Commit } from './commit.ts'
import type { Member, Role } from './entities.ts'
import type { Notices } from './notices.ts'
import type { RoleChange } from './payloads.ts'
import { mayGive } from './role-rights.ts'
import { commonStream } from './streams.ts'
import type { Tables } from './tables.ts'

type MemberRow = Omit<Member, 'name'>

const memberOf = (row: MemberRow): Member => ({ ...row, name: personOf(row.id).name })

export type Members = ReturnType<typeof createMembers>

export function createMembers(tables: Tables, commit: Commit, notices: Notices) {
  const list = () => tables.all<MemberRow>('SELECT * FROM social_members ORDER BY place').map(memberOf)

  function find(id: string): Member {
    const row = tables.all<MemberRow>('SELECT * FROM social_members WHERE id = ?', id)[0]
    if (row === undefined) throw notFound('member')
    return memberOf(row)
  }

  return {
    list,
    find,
    changeRole: (id: string, role: Role, { by, origin }: Actor) =>
      commit((tell): RoleChange => {
        const { role: was } = find(id)
        if (!mayGive(find(by).role, was, role))
          throw new ApiError(403, 'FORBIDDEN', `As ${find(by).role} you may not do that.`)
        if (was === role) return { by: personOf(by), member: find(id), was }
        if (was === 'owner' && list().filter((member) => member.role === 'owner').length === 1)
          throw new ApiError(409, 'LAST_OWNER', 'The organization needs an owner; make somebody else one first.')
        tables.run('UPDATE social_members SET role = ?, version = version + 1 WHERE id = ?', role, id)
        const payload = { by: personOf(by), member: find(id), was }
        const entity = { type: 'member', id, version: payload.member.version }
        tell({ type: 'member.role_changed', stream: commonStream, entity, payload, origin })
        const notice = {
          kind: 'role',
          text: `changed your role from ${was} to ${role}`,
          href: '#/social/people',
        } as const
        notices.notify(id, by, notice, tell)
        return payload
      }),
  }
}
