// The threads one is in. They keep their order, so that none moves away under the pointer; what is new is said by its count.
import type { Person } from '../../shared/entities.ts'
import { firstName, moment } from '../../page/format.ts'
import { CountBadge } from './count-badge.tsx'
import type { Thread } from './entities.ts'
import { threadHref } from './places.ts'
import { titleOf } from './thread-words.ts'

export interface ThreadListProps {
  threads: readonly Thread[]
  openId: string | null
  me: Person
}

export function ThreadList({ threads, openId, me }: ThreadListProps) {
  return (
    <nav className="social-threads" aria-label="Threads">
      <ul>
        {threads.map((thread) => (
          <li key={thread.id}>
            <a
              href={threadHref(thread.id)}
              aria-current={thread.id === openId ? 'page' : undefined}
              data-unread={thread.unread > 0}
              data-testid="thread-link"
            >
              <span className="social-thread-title">{titleOf(thread, me)}</span>
              <span className="social-thread-count">
                <CountBadge count={thread.unread} words={`${thread.unread} unread`} />
              </span>
              <LastWords thread={thread} me={me} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function LastWords({ thread: { last }, me }: { thread: Thread; me: Person }) {
  if (last === null) return <span className="social-thread-last">Nothing has been written yet</span>
  return (
    <span className="social-thread-last" dir="auto" title={moment(last.at)}>
      {last.author.id === me.id ? 'You' : firstName(last.author.name)}: {last.text}
    </span>
  )
}
