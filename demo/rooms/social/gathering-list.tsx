// The events that are coming up, and beside them what one has said one would come to.
import { useQuery } from '@tanstack/react-query'
import { LiveBadge } from 'livecache'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { GatheringCard } from './gathering-card.tsx'
import { MyReplies, MySaved } from './my-gatherings.tsx'
import { gatheringsQuery, savedQuery } from './queries.ts'
import { useMe } from './use-me.ts'

export function GatheringList() {
  const query = useQuery(gatheringsQuery)
  const me = useMe()
  const { data: saved = [] } = useQuery(savedQuery)
  return (
    <>
      <h1 className="visually-hidden">Events</h1>
      <QuerySection query={query} what="the events" skeletonRows={8}>
        {(gatherings) => (
          <div className="social-columns">
            <section aria-labelledby="upcoming">
              <div className="social-bar">
                <h2 id="upcoming">
                  Upcoming <LiveBadge queryKey={gatheringsQuery.queryKey} />
                </h2>
              </div>
              <ul className="social-cards">
                {gatherings.map((gathering) => (
                  <GatheringCard
                    key={gathering.id}
                    gathering={gathering}
                    isSaved={saved.some(({ id }) => id === gathering.id)}
                    me={me}
                  />
                ))}
              </ul>
            </section>
            <div className="social-aside">
              <MyReplies gatherings={gatherings} me={me} />
              <MySaved gatherings={gatherings} saved={saved} me={me} />
            </div>
          </div>
        )}
      </QuerySection>
    </>
  )
}
