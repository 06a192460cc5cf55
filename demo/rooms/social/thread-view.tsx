// One thread: its messages, the newest in view, and a line to write the next one.
import { useQueries, type UseQueryResult } from '@tanstack/react-query'
import { LiveBadge } from 'livecache'
import { useState } from 'react'
import type { Person } from '../../shared/entities.ts'
import { Icon } from '../../page/parts/icons.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { blockOf, type Message, type Thread } from './entities.ts'
import { MessageForm } from './message-form.tsx'
import { MessageLog } from './message-log.tsx'
import { stillOut, useOutbox } from './outbox.ts'
import { partHref } from './places.ts'
import { messagesQuery, threadsQuery } from './queries.ts'
import { membersOf, titleOf } from './thread-words.ts'
import { useMarkingRead } from './use-marking-read.ts'
import { useSending } from './use-sending.ts'

export function ThreadView({ thread, me }: { thread: Thread; me: Person }) {
  const lastBlock = blockOf(thread.last?.n ?? 1)
  // Two at first, so that there is something to read where the last one has just begun.
  const [wanted, setWanted] = useState(lastBlock - 1)
  const oldest = Math.max(wanted, thread.firstBlock)
  const blocks = useQueries({
    queries: Array.from({ length: lastBlock - oldest + 1 }, (_, index) => messagesQuery(thread.id, oldest + index)),
  })
  const messages = blocks.flatMap(({ data }) => data ?? [])
  const out = stillOut(useOutbox(thread.id), messages)
  const { send, retry, discard } = useSending(thread.id, messages)
  useMarkingRead(thread)
  const isLoading = blocks.some(({ data }) => data === undefined)

  return (
    <section className="social-thread" aria-label={titleOf(thread, me)}>
      <header className="social-thread-head">
        <a className="icon-button social-to-threads" href={partHref('chat')} aria-label="Back to the threads">
          <Icon name="back" />
        </a>
        <h2>{titleOf(thread, me)}</h2>
        <span className="social-meta">{membersOf(thread)}</span>
        <LiveBadge queryKey={threadsQuery.queryKey} />
      </header>
      <QuerySection query={firstOf(blocks)} what="the messages" skeletonRows={8}>
        {() => (
          <MessageLog
            messages={messages}
            out={out}
            me={me}
            hasOlder={oldest > thread.firstBlock}
            isLoading={isLoading}
            onOlder={() => setWanted(oldest - 1)}
            onRetry={retry}
            onDiscard={discard}
          />
        )}
      </QuerySection>
      <MessageForm onSend={send} />
    </section>
  )
}

/** The one that decides what is shown: what is there stays while more is fetched, and what failed is said. */
function firstOf(blocks: readonly UseQueryResult<Message[]>[]): UseQueryResult<Message[]> {
  const there = blocks.find(({ data }) => data !== undefined)
  return blocks.find(({ isError }) => isError && there === undefined) ?? there ?? blocks[0]!
}
