// The Social room: what its server promises, and that the cache of every window comes to what the API answers.
import { patch, upsert } from 'livecache'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

vi.hoisted(() => vi.stubGlobal('location', { search: '', hash: '' }))

import { ApiError } from '../../demo/server/api-error.ts'
import { maxBlocks } from '../../demo/rooms/social/chat.ts'
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
} from '../../demo/rooms/social/changes.ts'
import {
  answers,
  blockOf,
  blockSize,
  type Gathering,
  type Member,
  type Message,
  type Notice,
  type Post,
  readVersion,
  type Relation,
  type Saved,
  type Thread,
} from '../../demo/rooms/social/entities.ts'
import { maxNotices } from '../../demo/rooms/social/notices.ts'
import type { MessageChange, PostChange, ThreadChange } from '../../demo/rooms/social/payloads.ts'
import { maxPosts } from '../../demo/rooms/social/posts.ts'
import {
  followsQuery,
  gatheringsQuery,
  membersQuery,
  messagesQuery,
  noticesQuery,
  postsQuery,
  requestsQuery,
  savedQuery,
  threadsQuery,
} from '../../demo/rooms/social/queries.ts'
import { socialRealtime } from '../../demo/rooms/social/realtime.ts'
import { type Bench, createBench, createChance, createRoom } from './social-bench.ts'

const write = ({ call }: Bench, by: string, threadId: string, text = 'Done', key: string = crypto.randomUUID()) =>
  call<MessageChange>(by, `POST /social/threads/${threadId}/messages`, { text, key })
const read = ({ call }: Bench, by: string, threadId: string, readTo: number) =>
  call<ThreadChange>(by, `PATCH /social/threads/${threadId}`, { readTo })
const threadsOf = ({ call }: Bench, by: string) => call<Thread[]>(by, 'GET /social/threads')
const threadOf = (room: Bench, by: string, threadId: string) => threadsOf(room, by).find(({ id }) => id === threadId)!

function refusalOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return `${error.status} ${error.code} ${error.message}`
  }
}

describe('unread messages', () => {
  it.each([1, 2, 3, 4, 5])('are counted exactly, whoever writes and reads in whatever order (%i)', (seed) => {
    const chance = createChance(seed)
    const among = (count: number) => Math.floor(chance() * count)
    const room = createRoom()
    const members = threadOf(room, 'adaeze', 'incidents').members.map(({ id }) => id)
    const authors = new Map<number, string>()
    const readTo = new Map(
      members.map((id) => [id, threadOf(room, id, 'incidents').last!.n - (id === 'adaeze' ? 1 : 0)]),
    )
    const first = threadOf(room, 'adaeze', 'incidents').last!
    authors.set(first.n, first.author.id)

    for (let step = 0; step < 120; step++) {
      const person = members[among(members.length)]!
      const { n } = threadOf(room, person, 'incidents').last!
      if (chance() < 0.55) authors.set(write(room, person, 'incidents').message.n, person)
      else {
        // Of two windows either may be behind.
        const upTo = Math.max(0, n - among(4))
        read(room, person, 'incidents', upTo)
        readTo.set(person, Math.max(readTo.get(person)!, upTo))
      }
      for (const member of members) {
        const { unread } = threadOf(room, member, 'incidents')
        const expected = [...authors].filter(([at, author]) => at > readTo.get(member)! && author !== member).length
        expect(unread).toBe(expected)
      }
    }
  })

  it('are told to every member with the count that is theirs', () => {
    const room = createRoom()
    write(room, 'lena', 'sepa-launch')
    const told = room.published.filter(({ type }) => type === 'message.created')
    expect(told.map(({ stream }) => stream).toSorted()).toEqual(
      ['adaeze', 'ifeoma', 'jonas', 'lena', 'marcus'].map((id) => `user:${id}:social`),
    )
    for (const { stream, payload } of told) {
      const [, owner = ''] = stream.split(':')
      expect((payload as MessageChange).thread).toEqual(threadOf(room, owner, 'sepa-launch'))
    }
  })

  it('are read once: to read less than before changes nothing, and nothing is told', () => {
    const room = createRoom()
    const { last } = threadOf(room, 'adaeze', 'incidents')
    expect(read(room, 'adaeze', 'incidents', last!.n).thread.unread).toBe(0)
    room.published.length = 0
    expect(read(room, 'adaeze', 'incidents', 1).thread.unread).toBe(0)
    expect(read(room, 'adaeze', 'incidents', 1e9).thread.unread).toBe(0)
    expect(room.published).toEqual([])
  })
})

describe('the room refuses', () => {
  it('a thread one is not in, in the very words for one there is not', () => {
    const room = createRoom()
    for (const run of [
      (id: string) => room.call('adaeze', `GET /social/threads/${id}/messages/0`),
      (id: string) => read(room, 'adaeze', id, 3),
      (id: string) => write(room, 'adaeze', id),
    ]) {
      const foreign = refusalOf(() => run('audit'))
      expect(foreign).toBe(refusalOf(() => run('nowhere')))
      expect(foreign).toBe('404 NOT_FOUND There is no such thread.')
    }
    expect(threadsOf(room, 'adaeze').map(({ id }) => id)).not.toContain('audit')
  })

  it('to answer a request of somebody else, and to read their notifications', () => {
    const room = createRoom()
    const [request] = room.call<Relation[]>('adaeze', 'GET /social/requests')
    const [notice] = room.call<Notice[]>('adaeze', 'GET /social/notifications')
    expect(refusalOf(() => room.call('lena', `PATCH /social/requests/${request!.id}`, { accepted: true }))).toMatch(
      /^404/,
    )
    expect(refusalOf(() => room.call('lena', `PATCH /social/notifications/${notice!.id}`))).toMatch(/^404/)
  })

  it('roles that are not for one to give, and the loss of the last owner', () => {
    const room = createRoom()
    const give = (by: string, id: string, role: string) =>
      refusalOf(() => room.call(by, `PATCH /social/members/${id}`, { role }))
    expect(give('tunde', 'tunde', 'admin')).toMatch(/^403/)
    expect(give('adaeze', 'adaeze', 'owner')).toMatch(/^403/)
    expect(give('adaeze', 'ifeoma', 'member')).toMatch(/^403/)
    expect(give('ifeoma', 'ifeoma', 'member')).toMatch(/^409 LAST_OWNER/)
    expect(give('adaeze', 'tunde', 'admin')).toMatchObject({ member: { role: 'admin' }, was: 'member' })
  })

  it('leaves nothing behind, and tells nothing', () => {
    const room = createRoom()
    const before = room.call('adaeze', 'GET /social/posts')
    for (const [request, body] of [
      ['POST /social/posts', { text: ' ' }],
      ['POST /social/posts', { text: 'x'.repeat(401) }],
      ['PATCH /social/posts/none', { liked: true }],
      ['PATCH /social/events/ledger-clinic', { answer: 'perhaps' }],
      ['POST /social/members/adaeze/follow', {}],
      ['GET /social/threads/incidents/messages/-1', {}],
    ] as const)
      expect(refusalOf(() => room.call('adaeze', request, body))).toMatch(/^4\d\d /)
    expect(room.call('adaeze', 'GET /social/posts')).toEqual(before)
    expect(room.published).toEqual([])
  })
})

describe('what is sent twice', () => {
  it('is written once, whatever became of the first answer', () => {
    const room = createRoom()
    const first = write(room, 'adaeze', 'incidents', 'Sent', 'k1')
    room.published.length = 0
    const second = write(room, 'adaeze', 'incidents', 'Sent', 'k1')
    expect(second).toEqual(first)
    expect(room.published).toEqual([])
  })
})

describe('what is told', () => {
  it('is in the database by then, and on a stream that only those may read whom it concerns', () => {
    const seen: unknown[] = []
    const room = createRoom({
      onPublish({ type, payload }) {
        if (type === 'post.created')
          seen.push(
            room.call<Post[]>('tunde', 'GET /social/posts').find(({ id }) => id === (payload as PostChange).post.id),
          )
        expect(room.database.isTransaction).toBe(false)
      },
    })
    const { post } = room.call<PostChange>('adaeze', 'POST /social/posts', { text: 'Good morning' })
    expect(seen).toEqual([post])
    expect(room.room.streams('lena')).toEqual(['tenant:kestrel:social', 'user:lena:social'])
  })

  it('knows its mutation where it says all that the answer says, and nowhere else', () => {
    const room = createRoom()
    const [post] = room.call<Post[]>('adaeze', 'GET /social/posts').filter(({ author }) => author.id === 'lena')
    const liked = !post!.likedBy.includes('adaeze')
    room.call('adaeze', `PATCH /social/posts/${post!.id}`, { liked: !liked })
    room.published.length = 0
    room.call('adaeze', `PATCH /social/posts/${post!.id}`, { liked: true }, { clientId: 'c', mutationId: 'm' })
    expect(room.published.map(({ type, origin }) => [type, origin?.mutationId])).toEqual(
      [
        ['post.liked', 'm'],
        ['notification.created', undefined],
      ].slice(0, room.published.length),
    )
  })

  it('is known to the page, type by type', () => {
    const room = createRoom()
    for (let step = 0; step < 600; step++) room.happen()
    for (const type of new Set(room.published.map((event) => event.type)))
      expect(socialRealtime.rules).toHaveProperty([type])
  })

  it('concerns oneself where it is one’s role', () => {
    const room = createRoom()
    room.call('ifeoma', 'PATCH /social/members/adaeze', { role: 'owner' })
    const notice = room.published.find(({ type }) => type === 'notification.created')!
    expect(notice).toMatchObject({ stream: 'user:adaeze:social', payload: { notice: { kind: 'role', read: false } } })
    const rule = socialRealtime.toastRules['notification.created']!
    expect(rule({ ...notice, payload: notice.payload } as never)).toMatchObject({ priority: 'high' })
  })
})

it('does not grow without end', () => {
  const room = createRoom()
  for (let step = 0; step < 6_000; step++) room.happen()
  for (const by of ['adaeze', 'lena']) {
    expect(room.call<Notice[]>(by, 'GET /social/notifications').length).toBeLessThanOrEqual(maxNotices)
    for (const { id, last, firstBlock } of threadsOf(room, by)) {
      const block = blockOf(last!.n)
      expect(block - firstBlock).toBeLessThan(maxBlocks)
      expect(firstBlock === 0 || room.call(by, `GET /social/threads/${id}/messages/${firstBlock - 1}`)).toEqual(
        firstBlock === 0 || [],
      )
      expect(room.call<Message[]>(by, `GET /social/threads/${id}/messages/${block}`).length).toBeLessThanOrEqual(
        blockSize,
      )
    }
  }
  expect(room.call('adaeze', 'GET /social/posts')).toHaveLength(maxPosts)
  const { size } = room.database.prepare('SELECT COUNT(*) AS size FROM social_likes').get() as { size: number }
  expect(size).toBeLessThanOrEqual(maxPosts * 6)
})

describe('the cache', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 2, 9) }))
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

  it.each([1, 2, 3, 4, 5, 6])(
    'of each window comes to what the API answers, through drops and races (%i)',
    async (seed) => {
      const chance = createChance(seed)
      vi.spyOn(Math, 'random').mockImplementation(chance)
      const among = <Item>(items: readonly Item[]) => items[Math.floor(chance() * items.length)]!
      const bench = createBench()
      const pages = [
        { by: 'adaeze', page: bench.openPage('adaeze') },
        { by: 'adaeze', page: bench.openPage('adaeze') },
        { by: 'lena', page: bench.openPage('lena') },
      ]
      for (const { by, page } of pages) {
        for (const query of [
          postsQuery,
          threadsQuery,
          gatheringsQuery,
          savedQuery,
          membersQuery,
          followsQuery,
          requestsQuery,
          noticesQuery,
        ])
          page.show(query)
        for (const { id, last } of threadsOf(bench, by)) page.show(messagesQuery(id, blockOf(last!.n)))
      }
      await pass(200)

      const failed: unknown[] = []
      for (let step = 0; step < 90; step++) {
        bench.happen()
        const { by, page } = among(pages)
        void changeSomething(bench, by, page, among, chance).catch((error: unknown) => failed.push(error))
        if (chance() < 0.08) bench.server.cut()
        if (chance() < 0.02) bench.server.comeBack({ forgetting: true })
        if (chance() < 0.1)
          void page.queryClient.invalidateQueries({
            queryKey: among([postsQuery, threadsQuery, noticesQuery]).queryKey,
          })
        await pass(Math.floor(chance() * 60))
      }
      // Where the server forgot twice while a page was away, which of its logs is the newer is doubted for half a minute.
      await pass(60_000)

      for (const { page } of pages) expect(page.different()).toEqual([])
      expect(bench.errors).toEqual([])
      // Roles change meanwhile, requests are answered by the other window: a refusal is no failure of the cache.
      for (const error of failed) expect(error).toBeInstanceOf(ApiError)
      for (const { page } of pages) page.close()
    },
  )
})

type Page = ReturnType<ReturnType<typeof createBench>['openPage']>

/** What a person may do, as mutations.ts does it. */
async function changeSomething(
  bench: Bench,
  by: string,
  { change }: Page,
  among: <Item>(items: readonly Item[]) => Item,
  chance: () => number,
): Promise<void> {
  const post = among(bench.call<Post[]>(by, 'GET /social/posts'))
  const gathering = among(bench.call<Gathering[]>(by, 'GET /social/events'))
  const thread = among(threadsOf(bench, by))
  const [request] = bench.call<Relation[]>(by, 'GET /social/requests')
  const member = among(bench.call<Member[]>(by, 'GET /social/members').filter(({ id }) => id !== by))
  const follow = bench.call<Relation[]>(by, 'GET /social/follows').find(({ to }) => to.id === member.id)
  const notices = bench.call<Notice[]>(by, 'GET /social/notifications').filter(({ read: isRead }) => !isRead)
  const saved = bench.call<Saved[]>(by, 'GET /social/saved').some(({ id }) => id === gathering.id)
  const ms = 5 + Math.floor(chance() * 60)
  const liked = !post.likedBy.includes(by)
  const likedBy = (old: Post) => ({
    ...old,
    likedBy: [...old.likedBy.filter((id) => id !== by), ...(liked ? [by] : [])],
  })
  const draft = (tempId: string) =>
    upsert(postsQuery, { ...post, id: tempId, place: Infinity }, { where: () => true, at: 'start' })
  const changes: (() => Promise<void>)[] = [
    () => change('POST /social/posts', { text: 'A word from me' }, postChanged, { ms, optimistic: draft }),
    () =>
      change(`PATCH /social/posts/${post.id}`, { liked }, postChanged, {
        ms,
        optimistic: () => patch(postsQuery, likedBy, { id: post.id }),
      }),
    () =>
      change(`POST /social/threads/${thread.id}/messages`, { text: 'Mine', key: crypto.randomUUID() }, messageCreated, {
        ms,
      }),
    () => change(`PATCH /social/threads/${thread.id}`, { readTo: thread.last!.n }, threadChanged, { ms }),
    () => change(`PATCH /social/events/${gathering.id}`, { answer: among(answers) }, gatheringChanged, { ms }),
    () => change(`PATCH /social/events/${gathering.id}`, { saved: !saved }, gatheringSaved, { ms }),
    () => change(`PATCH /social/members/${member.id}`, { role: among(['admin', 'member']) }, roleChanged, { ms }),
    () =>
      follow === undefined
        ? change(`POST /social/members/${member.id}/follow`, {}, followChanged, { ms })
        : change(`DELETE /social/members/${member.id}/follow`, {}, followChanged, { ms }),
    () =>
      change('PATCH /social/notifications', {}, noticesRead, {
        ms,
        optimistic: () =>
          notices.map(({ id }) => patch<Notice>(noticesQuery, { read: true, version: readVersion }, { id })),
      }),
  ]
  if (request !== undefined)
    changes.push(() =>
      change(`PATCH /social/requests/${request.id}`, { accepted: chance() < 0.5 }, requestChanged, { ms }),
    )
  await among(changes)()
}
