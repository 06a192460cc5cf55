// Somebody who asks to follow me.
import { PersonLabel } from '../../page/parts/person-label.tsx'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import type { Relation } from './entities.ts'
import { useAnswerRequest } from './mutations.ts'

export function RequestRow({ request }: { request: Relation }) {
  const answer = useAnswerRequest(request.id)

  function respond(accepted: boolean) {
    if (answer.isPending) return
    // The row goes, and the keyboard would go with it.
    answer.mutate(accepted, { onSuccess: () => document.getElementById('requests')?.focus() })
  }

  return (
    <li className="row social-person" data-testid="follow-request">
      <PersonLabel person={request.from} />
      <span className="social-person-tools">
        <button
          type="button"
          className="button"
          data-kind="primary"
          aria-label={`Accept ${request.from.name}`}
          onClick={() => respond(true)}
        >
          Accept
        </button>
        <button
          type="button"
          className="button"
          aria-label={`Decline ${request.from.name}`}
          onClick={() => respond(false)}
        >
          Decline
        </button>
      </span>
      {answer.error && <ErrorNotice error={answer.error}>Not answered.</ErrorNotice>}
    </li>
  )
}
