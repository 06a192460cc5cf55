// What the user may change. A change is shown at once; the answer and the event of it confirm it, whichever comes first, and if it
// fails it alone is taken back.
import { patch, upsert } from 'livecache'
import type { Person } from '../../shared/entities.ts'
import { useChange } from '../../page/use-change.ts'
import {
  followChanged,
  gatheringChanged,
  gatheringSaved,
  messageCreated,
  noticesRead,
  postChanged,
  requestChanged,
  roleChanged,
  threadChanged,
} from './changes.ts'
import { type Answer, type Gathering, type Post, type Role, readVersion } from './entities.ts'
import type {
  GatheringChange,
  MessageChange,
  NoticesRead,
  PostChange,
  RelationChange,
  RoleChange,
  SavedChange,
  ThreadChange,
} from './payloads.ts'
import { gatheringsQuery, membersQuery, noticesQuery, postsQuery, savedQuery } from './queries.ts'

export const useLike = (postId: string, me: Person) =>
  useChange({
    method: 'PATCH',
    path: `/social/posts/${postId}`,
    body: (liked: boolean) => ({ liked }),
    optimistic: (liked) =>
      patch(postsQuery, (post: Post) => ({ ...post, likedBy: withOrWithout(post.likedBy, me.id, liked) }), {
        id: postId,
      }),
    confirmed: (answer: PostChange) => postChanged(answer),
  })

const withOrWithout = (ids: readonly string[], id: string, isIn: boolean) => [
  ...ids.filter((other) => other !== id),
  ...(isIn ? [id] : []),
]

export const useReply = (gatheringId: string, me: Person) =>
  useChange({
    method: 'PATCH',
    path: `/social/events/${gatheringId}`,
    body: (answer: Answer) => ({ answer }),
    optimistic: (answer) =>
      patch(gatheringsQuery, (gathering: Gathering) => replied(gathering, me, answer), { id: gatheringId }),
    confirmed: (answer: GatheringChange) => gatheringChanged(answer),
  })

function replied({ replies, ...gathering }: Gathering, person: Person, answer: Answer): Gathering {
  const isKnown = replies.some((reply) => reply.person.id === person.id)
  return {
    ...gathering,
    replies: isKnown
      ? replies.map((reply) => (reply.person.id === person.id ? { ...reply, answer } : reply))
      : [...replies, { person, answer }],
  }
}

export const useSave = (gatheringId: string) =>
  useChange({
    method: 'PATCH',
    path: `/social/events/${gatheringId}`,
    body: (saved: boolean) => ({ saved }),
    optimistic: (saved) => upsert(savedQuery, { id: gatheringId, saved, version: 0 }, { where: (it) => it.saved }),
    confirmed: (answer: SavedChange) => gatheringSaved(answer),
  })

/** What is on its way, and what did not arrive, is outbox.ts. */
export const useWrite = (threadId: string) =>
  useChange({
    method: 'POST',
    path: `/social/threads/${threadId}/messages`,
    body: (draft: { text: string; key: string }) => draft,
    confirmed: (answer: MessageChange) => messageCreated(answer),
  })

export const useReadThread = (threadId: string) =>
  useChange({
    method: 'PATCH',
    path: `/social/threads/${threadId}`,
    body: (readTo: number) => ({ readTo }),
    confirmed: (answer: ThreadChange) => threadChanged(answer),
  })

/** @param id left out: all */
export const useReadNotices = (ids: readonly string[], id?: string) =>
  useChange({
    method: 'PATCH',
    path: `/social/notifications${id === undefined ? '' : `/${id}`}`,
    optimistic: () => ids.map((each) => patch(noticesQuery, { read: true, version: readVersion }, { id: each })),
    confirmed: (answer: NoticesRead) => noticesRead(answer),
  })

export const useChangeRole = (memberId: string) =>
  useChange({
    method: 'PATCH',
    path: `/social/members/${memberId}`,
    body: (role: Role) => ({ role }),
    optimistic: (role) => patch(membersQuery, { role }, { id: memberId }),
    confirmed: (answer: RoleChange) => roleChanged(answer),
  })

export const useFollow = (person: Person) =>
  useChange<void, RelationChange>({
    method: 'POST',
    path: `/social/members/${person.id}/follow`,
    confirmed: (answer) => followChanged(answer),
  })

export const useUnfollow = (person: Person) =>
  useChange<void, RelationChange>({
    method: 'DELETE',
    path: `/social/members/${person.id}/follow`,
    confirmed: (answer) => followChanged(answer),
  })

export const useAnswerRequest = (requestId: string) =>
  useChange({
    method: 'PATCH',
    path: `/social/requests/${requestId}`,
    body: (accepted: boolean) => ({ accepted }),
    confirmed: (answer: RelationChange) => requestChanged(answer),
  })

export const usePublish = (me: Person) =>
  useChange({
    method: 'POST',
    path: '/social/posts',
    body: (text: string) => ({ text }),
    optimistic: (text, { tempId }) => upsert(postsQuery, draftOf(tempId, me, text), { where: () => true, at: 'start' }),
    realId: ({ post }: PostChange) => post.id,
    confirmed: (answer: PostChange) => postChanged(answer),
  })

/** Before all others, until the server says where it stands. Its version tells it apart. */
const draftOf = (id: string, author: Person, text: string): Post => ({
  ...{ id, version: 0, place: Infinity, author, text },
  at: new Date().toISOString(),
  likedBy: [],
})
