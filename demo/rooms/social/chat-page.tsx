// The threads one is in, and the one that is open.
import { useQuery } from '@tanstack/react-query'
import { EmptyNotice } from '../../page/parts/notices.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { threadsQuery } from './queries.ts'
import { ThreadList } from './thread-list.tsx'
import { ThreadView } from './thread-view.tsx'
import { useMe } from './use-me.ts'

export function Chat({ threadId }: { threadId: string | null }) {
  const query = useQuery(threadsQuery)
  const me = useMe()
  return (
    <>
      <h1 className="visually-hidden">Chat</h1>
      <QuerySection query={query} what="the threads" skeletonRows={6}>
        {(threads) => {
          const thread = threads.find(({ id }) => id === threadId)
          return (
            <div className="social-chat" data-open={threadId !== null}>
              <ThreadList threads={threads} openId={threadId} me={me} />
              {thread !== undefined ? (
                <ThreadView key={thread.id} thread={thread} me={me} />
              ) : (
                <div className="social-no-thread">
                  {threadId === null ? (
                    <EmptyNotice title="No thread is open">Choose one to read it; it counts as read then.</EmptyNotice>
                  ) : (
                    <EmptyNotice title="There is no such thread">Or you are not one of its members.</EmptyNotice>
                  )}
                </div>
              )}
            </div>
          )
        }}
      </QuerySection>
    </>
  )
}
