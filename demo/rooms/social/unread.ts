// The counts of the room: read off the lists they count, so that they cannot differ from them.
import { useQuery } from '@tanstack/react-query'
import type { Notice, Relation, Thread } from './entities.ts'
import { noticesQuery, requestsQuery, threadsQuery } from './queries.ts'

const unreadNotices = (notices: readonly Notice[]) => notices.filter(({ read }) => !read).length
const unreadMessages = (threads: readonly Thread[]) => threads.reduce((sum, { unread }) => sum + unread, 0)
const length = (requests: readonly Relation[]) => requests.length

/** 0 as long as nothing is known. */
export const useUnreadNotices = (): number => useQuery({ ...noticesQuery, select: unreadNotices }).data ?? 0
export const useUnreadMessages = (): number => useQuery({ ...threadsQuery, select: unreadMessages }).data ?? 0
export const useRequestCount = (): number => useQuery({ ...requestsQuery, select: length }).data ?? 0
