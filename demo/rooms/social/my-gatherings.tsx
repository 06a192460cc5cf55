// The events that one comes to, and those one has saved: what the list of all of them says, so that they cannot differ.
import type { Person } from '../../shared/entities.ts'
import type { Answer, Gathering, Saved } from './entities.ts'
import { answerWords, dayAndTime } from './gathering-words.ts'

const answerOf = ({ replies }: Gathering, { id }: Person): Answer | null =>
  replies.find(({ person }) => person.id === id)?.answer ?? null

function isExpected(gathering: Gathering, me: Person): boolean {
  const answer = answerOf(gathering, me)
  return answer === 'going' || answer === 'maybe'
}

interface MyProps {
  gatherings: readonly Gathering[]
  me: Person
}

export function MyReplies({ gatherings, me }: MyProps) {
  return (
    <Shortlist id="my-rsvps" title="Your RSVPs" gatherings={gatherings.filter((it) => isExpected(it, me))} me={me}>
      What you answer with Going or Maybe stands here.
    </Shortlist>
  )
}

export function MySaved({ gatherings, saved, me }: MyProps & { saved: readonly Saved[] }) {
  const isSaved = (gathering: Gathering) => saved.some(({ id }) => id === gathering.id)
  return (
    <Shortlist id="saved" title="Saved" gatherings={gatherings.filter(isSaved)} me={me}>
      Save an event to find it here, on every window of yours.
    </Shortlist>
  )
}

interface ShortlistProps {
  id: string
  title: string
  gatherings: readonly Gathering[]
  me: Person
  /** What stands there while it is empty. */
  children: string
}

function Shortlist({ id, title, gatherings, me, children }: ShortlistProps) {
  return (
    <section aria-label={title} data-testid={id}>
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
