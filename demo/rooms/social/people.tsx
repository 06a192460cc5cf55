// Who asks to follow me, and who is in the organization.
import { useQuery } from '@tanstack/react-query'
import { LiveBadge } from 'livecache'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { MemberRow } from './member-row.tsx'
import { followsQuery, membersQuery, requestsQuery } from './queries.ts'
import { RequestRow } from './request-row.tsx'
import { useMe } from './use-me.ts'

export function People() {
  return (
    <>
      <h1 className="visually-hidden">People</h1>
      <Requests />
      <Organization />
    </>
  )
}

function Requests() {
  const query = useQuery(requestsQuery)
  return (
    <section aria-labelledby="requests">
      <div className="social-bar">
        <h2 id="requests" tabIndex={-1}>
          Follow requests <span className="muted">{query.data?.length}</span>
        </h2>
      </div>
      <QuerySection query={query} what="the requests" skeletonRows={1}>
        {(requests) =>
          requests.length === 0 ? (
            <p className="social-hint">Nobody is waiting. Who asks to follow you appears here at once.</p>
          ) : (
            <ul className="rows">
              {requests.map((request) => (
                <RequestRow key={request.id} request={request} />
              ))}
            </ul>
          )
        }
      </QuerySection>
    </section>
  )
}

function Organization() {
  const query = useQuery(membersQuery)
  const { data: follows = [] } = useQuery(followsQuery)
  const me = useMe()
  return (
    <section aria-labelledby="organization">
      <div className="social-bar">
        <h2 id="organization">
          Organization <LiveBadge queryKey={membersQuery.queryKey} />
        </h2>
      </div>
      <QuerySection query={query} what="the members" skeletonRows={6}>
        {(members) => (
          <ul className="rows">
            {members.map((member) => (
              <MemberRow
                key={member.id}
                member={member}
                me={me}
                ownRole={members.find(({ id }) => id === me.id)?.role ?? 'member'}
                relation={follows.find(({ to }) => to.id === member.id)}
              />
            ))}
          </ul>
        )}
      </QuerySection>
    </section>
  )
}
