// The messages of a thread, in order. It follows the newest one while that is in view, and stays where one reads otherwise.
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import type { Person } from '../../shared/entities.ts'
import { counted } from '../../page/format.ts'
import type { Message } from './entities.ts'
import { MessageItem, OutItem } from './message-item.tsx'
import type { OutMessage } from './outbox.ts'
import { SocialIcon } from './social-icon.tsx'

export interface MessageLogProps {
  messages: readonly Message[]
  out: readonly OutMessage[]
  me: Person
  hasOlder: boolean
  isLoading: boolean
  onOlder: () => void
  onRetry: (key: string, text: string) => void
  onDiscard: (key: string) => void
}

/** As near to the end as this, in px, counts as being there. */
const nearPx = 48

export function MessageLog({ messages, out, me, hasOlder, isLoading, onOlder, onRetry, onDiscard }: MessageLogProps) {
  const log = useRef<HTMLDivElement>(null)
  const lastN = messages.at(-1)?.n ?? 0
  const [seenN, setSeenN] = useState(lastN)
  const [isAtEnd, setIsAtEnd] = useState(true)
  const below = messages.filter(({ n, author }) => n > seenN && author.id !== me.id).length
  useStayingInPlace(log, isAtEnd, messages[0]?.id)

  function look() {
    const { scrollTop, scrollHeight, clientHeight } = log.current!
    const isNear = scrollHeight - scrollTop - clientHeight < nearPx
    setIsAtEnd(isNear)
    if (isNear) setSeenN(lastN)
  }

  function goToEnd() {
    log.current!.scrollTo({ top: log.current!.scrollHeight })
    log.current!.focus({ preventScroll: true })
  }

  return (
    <div className="social-log-frame">
      <div
        ref={log}
        className="social-log"
        role="log"
        aria-label="Messages"
        aria-live="off"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard has to get into it
        tabIndex={0}
        onScroll={look}
        data-testid="message-log"
      >
        {hasOlder ? (
          <button
            type="button"
            className="button social-older"
            aria-disabled={isLoading}
            onClick={() => isLoading || onOlder()}
          >
            {isLoading ? 'Loading…' : 'Older messages'}
          </button>
        ) : (
          <p className="social-begin">This is as far back as it goes.</p>
        )}
        <ol>
          {messages.map((message, index) => (
            <MessageItem
              key={message.key}
              message={message}
              before={messages[index - 1]}
              isOwn={message.author.id === me.id}
            />
          ))}
          {out.map((message) => (
            <OutItem
              key={message.key}
              message={message}
              onRetry={() => onRetry(message.key, message.text)}
              onDiscard={() => onDiscard(message.key)}
            />
          ))}
        </ol>
      </div>
      {below > 0 && !isAtEnd && (
        <button type="button" className="social-pill social-to-end" onClick={goToEnd}>
          <SocialIcon name="down" />
          {counted(below, 'new message')}
        </button>
      )}
    </div>
  )
}

/** What comes at the end is followed by whoever is there; what comes at the start moves nothing. */
function useStayingInPlace(log: RefObject<HTMLElement | null>, isAtEnd: boolean, firstId: string | undefined) {
  const before = useRef({ firstId, height: 0 })
  useLayoutEffect(() => {
    const element = log.current!
    const { scrollHeight } = element
    const { current: last } = before
    if (scrollHeight === last.height && firstId === last.firstId) return
    before.current = { firstId, height: scrollHeight }
    if (isAtEnd) element.scrollTo({ top: scrollHeight })
    else if (firstId !== last.firstId) element.scrollBy({ top: scrollHeight - last.height })
  })
}
