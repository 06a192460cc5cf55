// One message: as it arrived, or on its way.
import { memo } from 'react'
import { initials, moment } from '../../page/format.ts'
import type { Message } from './entities.ts'
import type { OutMessage } from './outbox.ts'
import { SocialIcon } from './social-icon.tsx'

/** What one person writes within this time stands together, in ms. */
const togetherMs = 10 * 60_000

export interface MessageItemProps {
  message: Message
  before: Message | undefined
  isOwn: boolean
}

export const MessageItem = memo(function MessageItem({ message, before, isOwn }: MessageItemProps) {
  const { author, text, at, n } = message
  const goesOn = before?.author.id === author.id && Date.parse(at) - Date.parse(before.at) < togetherMs
  return (
    <li className="social-message" data-own={isOwn} data-goes-on={goesOn} data-n={n} data-testid="message">
      <span className="avatar" aria-hidden="true">
        {initials(author.name)}
      </span>
      <p className={goesOn ? 'visually-hidden' : 'social-message-head'}>
        <span className="social-name">{isOwn ? 'You' : author.name}</span>{' '}
        <time className="social-meta" dateTime={at}>
          {moment(at)}
        </time>
      </p>
      <p className="social-message-text" dir="auto">
        {text}
      </p>
    </li>
  )
})

export interface OutItemProps {
  message: OutMessage
  onRetry: () => void
  onDiscard: () => void
}

export function OutItem({ message: { text, error }, onRetry, onDiscard }: OutItemProps) {
  return (
    <li
      className="social-message"
      data-own="true"
      data-state={error === null ? 'sending' : 'failed'}
      data-testid="out-message"
    >
      <p className="social-message-text" dir="auto">
        {text}
      </p>
      {error === null ? (
        <p className="social-sending">
          <SocialIcon name="clock" /> Sending…
        </p>
      ) : (
        <div className="social-failed">
          <p role="alert">
            <SocialIcon name="failed" /> Not sent. {error.message}
          </p>
          <button type="button" className="button" onClick={onRetry}>
            Retry
          </button>
          <button type="button" className="button" data-kind="quiet" onClick={onDiscard}>
            Discard
          </button>
        </div>
      )}
    </li>
  )
}
