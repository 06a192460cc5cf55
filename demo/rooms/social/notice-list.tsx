// What others did that concerns me.
import { useQuery } from '@tanstack/react-query'
import { LiveBadge } from 'livecache'
import { memo } from 'react'
import { initials, moment } from '../../page/format.ts'
import { EmptyNotice, ErrorNotice } from '../../page/parts/notices.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import type { Notice, NoticeKind } from './entities.ts'
import { useReadNotices } from './mutations.ts'
import { noticesQuery } from './queries.ts'
import { SocialIcon, type SocialIconName } from './social-icon.tsx'

const icons: Readonly<Record<NoticeKind, SocialIconName>> = {
  like: 'heart',
  follow: 'person',
  role: 'role',
  rsvp: 'calendar',
}

export function NoticeList() {
  const query = useQuery(noticesQuery)
  const unread = query.data?.flatMap(({ id, read }) => (read ? [] : [id])) ?? []
  const readAll = useReadNotices(unread)
  return (
    <section aria-labelledby="notifications">
      <div className="social-bar">
        <h1 id="notifications">
          Notifications <span className="muted">{unread.length} unread</span>{' '}
          <LiveBadge queryKey={noticesQuery.queryKey} />
        </h1>
        <button
          type="button"
          className="button"
          aria-disabled={unread.length === 0}
          onClick={() => unread.length > 0 && readAll.mutate()}
        >
          Mark all as read
        </button>
      </div>
      {readAll.error && <ErrorNotice error={readAll.error}>Still unread.</ErrorNotice>}
      <QuerySection query={query} what="the notifications" skeletonRows={8}>
        {(notices) =>
          notices.length === 0 ? (
            <EmptyNotice title="Nothing yet">
              Likes, follow requests, answers to your events and changes of your role appear here.
            </EmptyNotice>
          ) : (
            <ul className="rows">
              {notices.map((notice) => (
                <NoticeRow key={notice.id} notice={notice} />
              ))}
            </ul>
          )
        }
      </QuerySection>
    </section>
  )
}

const NoticeRow = memo(function NoticeRow({ notice }: { notice: Notice }) {
  const { id, kind, by, text, href, at, read } = notice
  const markRead = useReadNotices([id], id)
  return (
    <li className="row social-notice" data-unread={!read} data-testid="notification">
      <span className="social-notice-mark">{!read && <span className="visually-hidden">Unread. </span>}</span>
      <span className="avatar" aria-hidden="true">
        {initials(by.name)}
      </span>
      <a href={href} dir="auto" title={`${by.name} ${text}`} onClick={() => !read && markRead.mutate()}>
        <span className="social-name">{by.name}</span> {text}
      </a>
      <span className="social-notice-kind">
        <SocialIcon name={icons[kind]} />
      </span>
      <time className="social-meta" dateTime={at}>
        {moment(at)}
      </time>
      <span className="social-notice-tool">
        {!read && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Mark as read: ${by.name} ${text}`}
            title="Mark as read"
            onClick={() => markRead.mutate()}
          >
            <SocialIcon name="check" />
          </button>
        )}
      </span>
      {markRead.error && <ErrorNotice error={markRead.error}>Still unread.</ErrorNotice>}
    </li>
  )
})
