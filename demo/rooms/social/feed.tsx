// The posts of whom one follows, and one's own.
import { useQuery } from '@tanstack/react-query'
import { LiveBadge, useAnnouncer } from 'livecache'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { flushSync } from 'react-dom'
import { counted } from '../../page/format.ts'
import { EmptyNotice } from '../../page/parts/notices.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import type { Post } from './entities.ts'
import { useHeldBack } from './held-back.ts'
import { MyReplies } from './my-gatherings.tsx'
import { partHref } from './places.ts'
import { PostCard } from './post-card.tsx'
import { PostForm } from './post-form.tsx'
import { followsQuery, gatheringsQuery, postsQuery } from './queries.ts'
import { SocialIcon } from './social-icon.tsx'
import { useMe } from './use-me.ts'

/** What follows one another within this time is announced once, in ms. */
const settledMs = 2_000

export function Feed() {
  const posts = useQuery(postsQuery)
  const follows = useQuery(followsQuery)
  // Both have to be here: with one of them alone nothing could be shown that stays.
  const query = follows.data === undefined ? follows : posts
  return (
    <>
      <h1 className="visually-hidden">Feed</h1>
      <div className="social-columns">
        <div>
          <PostForm />
          <QuerySection query={query as typeof posts} what="the posts" skeletonRows={6}>
            {() =>
              posts.data !== undefined &&
              follows.data !== undefined && (
                <Posts
                  posts={posts.data}
                  followed={follows.data.filter(({ state }) => state === 'following').map(({ to }) => to.id)}
                />
              )
            }
          </QuerySection>
        </div>
        <Aside />
      </div>
    </>
  )
}

/** Where there is room for it. */
function Aside() {
  const { data: gatherings } = useQuery(gatheringsQuery)
  const me = useMe()
  return <div className="social-aside">{gatherings !== undefined && <MyReplies gatherings={gatherings} me={me} />}</div>
}

function Posts({ posts, followed }: { posts: readonly Post[]; followed: readonly string[] }) {
  const me = useMe()
  const list = useRef<HTMLDivElement>(null)
  const mine = posts.filter(({ author }) => author.id === me.id || followed.includes(author.id))
  const { visible, held, release } = useHeldBack(mine, ({ author }) => author.id === me.id)
  useSayingHowMany(held.length)

  function showNew() {
    const first = held[0]?.id
    flushSync(release)
    const article = [...(list.current?.children ?? [])].find((child) => child.id === `post-${first}`)
    if (!(article instanceof HTMLElement)) return
    article.focus({ preventScroll: true })
    article.scrollIntoView({ block: 'center' })
  }

  return (
    <>
      <div className="social-bar">
        <h2>
          Posts <LiveBadge queryKey={postsQuery.queryKey} />
        </h2>
        {held.length > 0 && (
          <button type="button" className="social-pill" onClick={showNew} data-testid="new-posts">
            <SocialIcon name="up" />
            {counted(held.length, 'new post')}
          </button>
        )}
      </div>
      {visible.length === 0 ? (
        <EmptyNotice title="Nobody has written anything yet">
          The posts of people you follow appear here. <a href={partHref('people')}>Find somebody to follow</a>
        </EmptyNotice>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a feed hands Page Down on to its articles
        <div ref={list} className="social-posts" role="feed" aria-label="Posts" onKeyDown={goBetween}>
          {visible.map((post, index) => (
            <PostCard key={post.id} post={post} me={me} position={index + 1} of={visible.length} />
          ))}
        </div>
      )}
    </>
  )
}

/** Page Down and Page Up go from article to article. */
function goBetween(event: KeyboardEvent<HTMLElement>) {
  const step = event.key === 'PageDown' ? 1 : event.key === 'PageUp' ? -1 : 0
  if (step === 0 || !(event.target instanceof Element)) return
  const articles = [...event.currentTarget.children]
  const next = articles[articles.findIndex((article) => article.contains(event.target as Element)) + step]
  if (!(next instanceof HTMLElement)) return
  event.preventDefault()
  next.focus()
}

function useSayingHowMany(count: number) {
  const { say } = useAnnouncer()
  const last = useRef(count)
  useEffect(() => {
    if (count <= last.current) {
      last.current = count
      return undefined
    }
    const timer = setTimeout(() => {
      last.current = count
      say(counted(count, 'new post'))
    }, settledMs)
    return () => clearTimeout(timer)
  }, [count, say])
}
