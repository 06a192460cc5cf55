// The places of the room, each with what is new there.
import { counted } from '../../page/format.ts'
import { CountBadge } from './count-badge.tsx'
import { type Part, partHref, parts } from './places.ts'
import { useRequestCount, useUnreadMessages, useUnreadNotices } from './unread.ts'

export const partTitles: Readonly<Record<Part, string>> = {
  feed: 'Feed',
  chat: 'Chat',
  events: 'Events',
  people: 'People',
  notifications: 'Notifications',
}

export function SocialNav({ current }: { current: Part }) {
  const badges: Partial<Record<Part, { count: number; words: string }>> = {
    chat: unread(useUnreadMessages()),
    people: waiting(useRequestCount()),
    notifications: unread(useUnreadNotices()),
  }
  return (
    <nav className="social-nav" aria-label="Social">
      <ul>
        {parts.map((part) => (
          <li key={part}>
            <a
              href={partHref(part)}
              aria-current={part === current ? 'page' : undefined}
              ref={part === current ? showLink : undefined}
            >
              {partTitles[part]}
              {badges[part] && <CountBadge {...badges[part]} />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const unread = (count: number) => ({ count, words: `${count} unread` })
const waiting = (count: number) => ({ count, words: counted(count, 'request') })

/** Where not all of them fit, the one that is open is among those that are seen. */
const showLink = (link: HTMLElement | null) => link?.scrollIntoView({ block: 'nearest', inline: 'center' })
