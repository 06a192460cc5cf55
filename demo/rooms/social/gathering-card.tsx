// One event: when and where, who comes, and one's own answer.
import { memo } from 'react'
import { useLiveHighlight } from 'livecache'
import type { Person } from '../../shared/entities.ts'
import { counted } from '../../page/format.ts'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import { answers, type Gathering } from './entities.ts'
import { answerWords, dateWord, dayAndTime, monthWord, previewOf } from './gathering-words.ts'
import { useReply, useSave } from './mutations.ts'
import { SocialIcon } from './social-icon.tsx'

export interface GatheringCardProps {
  gathering: Gathering
  isSaved: boolean
  me: Person
}

export const GatheringCard = memo(function GatheringCard({ gathering, isSaved, me }: GatheringCardProps) {
  const { id, title, about, venue, startsAt, host } = gathering
  const reply = useReply(id, me)
  const save = useSave(id)
  return (
    <li className="social-gathering" data-testid="event" data-event-id={id}>
      <p className="social-date" aria-hidden="true">
        <span>{monthWord(startsAt)}</span>
        <span>{dateWord(startsAt)}</span>
      </p>
      <div className="social-gathering-body">
        <h3>{title}</h3>
        <p className="social-meta">
          <time dateTime={startsAt}>{dayAndTime(startsAt)}</time> · {venue} · {host.name}
        </p>
        <p className="social-about">{about}</p>
        <Attendance gathering={gathering} />
        <div className="social-gathering-tools">
          <Answers gathering={gathering} me={me} onAnswer={reply.mutate} />
          <button
            type="button"
            className="button"
            data-kind="quiet"
            aria-pressed={isSaved}
            aria-label={`${isSaved ? 'Saved' : 'Save'}: ${title}`}
            onClick={() => save.mutate(!isSaved)}
          >
            <SocialIcon name="bookmark" />
            {isSaved ? 'Saved' : 'Save'}
          </button>
        </div>
        {reply.error && <ErrorNotice error={reply.error}>Your answer was not saved.</ErrorNotice>}
        {save.error && <ErrorNotice error={save.error}>Not saved.</ErrorNotice>}
      </div>
    </li>
  )
})

function Attendance({ gathering: { replies, version } }: { gathering: Gathering }) {
  const { props, mark } = useLiveHighlight(version)
  const going = replies.filter(({ answer }) => answer === 'going')
  const maybe = replies.filter(({ answer }) => answer === 'maybe').length
  return (
    <p className="social-attendance" {...props}>
      <span className="social-figure">{going.length} going</span>
      <span className="social-figure">{maybe} maybe</span>
      {going.length > 0 && (
        <span className="social-names" title={going.map(({ person }) => person.name).join(', ')}>
          {previewOf(going)}
          {going.length > 3 && <span className="visually-hidden"> {counted(going.length - 3, 'other')}</span>}
        </span>
      )}
      {mark}
    </p>
  )
}

interface AnswersProps {
  gathering: Gathering
  me: Person
  onAnswer: (answer: (typeof answers)[number]) => void
}

function Answers({ gathering: { id, title, replies }, me, onAnswer }: AnswersProps) {
  const own = replies.find(({ person }) => person.id === me.id)?.answer
  return (
    <fieldset className="social-answers">
      <legend className="visually-hidden">Will you come to {title}?</legend>
      {answers.map((answer) => (
        <label key={answer}>
          <input
            type="radio"
            name={`answer-${id}`}
            value={answer}
            checked={own === answer}
            onChange={() => onAnswer(answer)}
          />
          <span>{answerWords[answer]}</span>
        </label>
      ))}
    </fieldset>
  )
}
