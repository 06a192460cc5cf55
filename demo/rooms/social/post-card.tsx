// One post, and who likes it.
import { memo } from 'react'
import { useLiveHighlight } from 'livecache'
import type { Person } from '../../shared/entities.ts'
import { counted, initials, moment } from '../../page/format.ts'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import type { Post } from './entities.ts'
import { useLike } from './mutations.ts'
import { SocialIcon } from './social-icon.tsx'

export interface PostCardProps {
  post: Post
  me: Person
  /** In the feed, from 1. */
  position: number
  of: number
}

export const PostCard = memo(function PostCard({ post, me, position, of }: PostCardProps) {
  const { id, author, text, at } = post
  const nameId = `post-${id}-author`
  return (
    <article
      id={`post-${id}`}
      className="social-post"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- articles of a feed take the focus
      tabIndex={0}
      aria-labelledby={nameId}
      aria-posinset={position}
      aria-setsize={of}
      data-testid="post"
    >
      <p className="social-post-head">
        <span className="avatar" aria-hidden="true">
          {initials(author.name)}
        </span>
        <span className="social-name" id={nameId}>
          {author.name}
        </span>
        <time className="social-meta" dateTime={at}>
          {post.version === 0 ? 'Publishing…' : moment(at)}
        </time>
      </p>
      <p className="social-post-text" dir="auto">
        {text}
      </p>
      {post.version > 0 && <LikeButton post={post} me={me} />}
    </article>
  )
})

function LikeButton({ post, me }: { post: Post; me: Person }) {
  const like = useLike(post.id, me)
  const count = post.likedBy.length
  const isLiked = post.likedBy.includes(me.id)
  // Of others only: what one has pressed oneself is seen anyway.
  const { props } = useLiveHighlight(post.likedBy.filter((id) => id !== me.id).length)
  return (
    <div className="social-post-foot">
      <button
        type="button"
        className="social-like"
        aria-pressed={isLiked}
        aria-label={`Like the post of ${post.author.name}, ${counted(count, 'like')}`}
        onClick={() => like.mutate(!isLiked)}
        {...props}
      >
        <SocialIcon name="heart" />
        <span className="social-figure">{count}</span>
      </button>
      {like.error && <ErrorNotice error={like.error}>Your like was not saved.</ErrorNotice>}
    </div>
  )
}
