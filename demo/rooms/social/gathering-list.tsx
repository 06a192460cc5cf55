// The events that are coming up, and beside them what one has said one would come to.
import { useQuery } from '@tanstack/react-query'
import { LiveBadge } from 'livecache'
import type { Person } from '../../shared/entities.ts'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { type Answer, type Gathering } from './entities.ts'
import { GatheringCard } from './gathering-card.tsx'
import { answerWords, dayAndTime } from './gathering-words.ts'
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
              <Shortlist title="Your RSVPs" gatherings={gatherings.filter((it) => isExpected(it, me))} me={me}>
                What you answer with Going or Maybe stands here.
              </Shortlist>
              <Shortlist
                title="Saved"
                gatherings={gatherings.filter(({ id }) => saved.some((it) => it.id === id))}
                me={me}
              >
                Save an event to find it here, on every window of yours.
              </Shortlist>
            </div>
          </div>
        )}
      </QuerySection>
    </>
  )
}

export const answerOf = ({ replies }: Gathering, { id }: Person): Answer | null =>
  replies.find(({ person }) => person.id === id)?.answer ?? null

function isExpected(gathering: Gathering, me: Person): boolean {
  const answer = answerOf(gathering, me)
  return answer === 'going' || answer === 'maybe'
}

interface ShortlistProps {
  title: string
  gatherings: readonly Gathering[]
  me: Person
  /** What stands there while it is empty. */
  children: string
}

function Shortlist({ title, gatherings, me, children }: ShortlistProps) {
  return (
    <section aria-label={title} data-testid={title === 'Saved' ? 'saved' : 'my-rsvps'}>
      <div className="social-bar">
        <h2>
          {title} <span className="muted">{gatherings.length}</span>
        </h2>
      </div>
      {gatherings.length === 0 ? (
        <p className="social-hint">{children}</p>
      ) : (
        <ul className="rows">
          {gatherings.map((gathering) => {
            const answer = answerOf(gathering, me)
            return (
              <li key={gathering.id} className="social-short">
                <span className="social-short-title" title={gathering.title}>
                  {gathering.title}
                </span>
                <span className="social-meta">
                  {dayAndTime(gathering.startsAt)}
                  {answer !== null && ` · ${answerWords[answer]}`}
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
