// One member of the organization: their role, and whether I follow them.
import { StatusTransition, useLiveHighlight } from 'livecache'
import type { Person } from '../../shared/entities.ts'
import { PersonLabel } from '../../page/parts/person-label.tsx'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import { type Member, type Relation, type Role, roles } from './entities.ts'
import { useChangeRole, useFollow, useUnfollow } from './mutations.ts'
import { mayGive } from './role-rights.ts'

const roleWords: Readonly<Record<Role, string>> = { owner: 'Owner', admin: 'Admin', member: 'Member' }

export interface MemberRowProps {
  member: Member
  me: Person
  ownRole: Role
  relation: Relation | undefined
}

export function MemberRow({ member, me, ownRole, relation }: MemberRowProps) {
  const { props, mark } = useLiveHighlight(member.version)
  const isMe = member.id === me.id
  const changeRole = useChangeRole(member.id)
  return (
    <li className="row social-person social-member" data-testid="member" data-member-id={member.id} {...props}>
      <PersonLabel person={member} />
      <span className="social-meta social-person-title">
        {member.title} · {member.city}
      </span>
      <span className="social-role">
        {mark}
        <RoleOf member={member} ownRole={ownRole} onChange={changeRole.mutate} />
      </span>
      <span className="social-person-tools">
        {isMe ? <span className="social-meta">You</span> : <Follow person={member} relation={relation} />}
      </span>
      {changeRole.error && <ErrorNotice error={changeRole.error}>The role is as it was.</ErrorNotice>}
    </li>
  )
}

function RoleOf({ member, ownRole, onChange }: { member: Member; ownRole: Role; onChange: (role: Role) => void }) {
  const possible = roles.filter((role) => role === member.role || mayGive(ownRole, member.role, role))
  if (possible.length === 1)
    return <StatusTransition status={member.role} tone={member.role === 'member' ? 'off' : 'good'} labels={roleWords} />
  return (
    <select
      aria-label={`Role of ${member.name}`}
      value={member.role}
      onChange={(event) => onChange(event.target.value as Role)}
    >
      {possible.map((role) => (
        <option key={role} value={role}>
          {roleWords[role]}
        </option>
      ))}
    </select>
  )
}

function Follow({ person, relation }: { person: Person; relation: Relation | undefined }) {
  const follow = useFollow(person)
  const unfollow = useUnfollow(person)
  const isPending = follow.isPending || unfollow.isPending
  const error = follow.error ?? unfollow.error
  const [word, act] =
    relation === undefined
      ? (['Follow', follow.mutate] as const)
      : relation.state === 'requested'
        ? (['Requested', unfollow.mutate] as const)
        : (['Following', unfollow.mutate] as const)
  return (
    <>
      <button
        type="button"
        className="button social-follow"
        aria-pressed={relation !== undefined}
        aria-busy={isPending}
        aria-label={`${word} ${person.name}`}
        title={relation === undefined ? undefined : 'Press to take it back'}
        onClick={() => isPending || act()}
      >
        {word}
      </button>
      {error && <ErrorNotice error={error}>Not changed.</ErrorNotice>}
    </>
  )
}
