// The places of the room, as they stand in the address: `#/social/chat/incidents`.

export const parts = ['feed', 'chat', 'events', 'people', 'notifications'] as const
export type Part = (typeof parts)[number]

export interface Place {
  part: Part
  threadId: string | null
}

export const partHref = (part: Part): string => (part === 'feed' ? '#/social' : `#/social/${part}`)
export const threadHref = (threadId: string): string => `#/social/chat/${threadId}`

/** @param place what stands behind the name of the room */
export function placeOf(place: string): Place {
  const [name, threadId = ''] = place.split('/')
  const part = parts.find((candidate) => candidate === name) ?? 'feed'
  return { part, threadId: part === 'chat' && /^[\w-]+$/.test(threadId) ? threadId : null }
}

/** Whether somebody looks at it right now, or at a part of it. */
export const isSeen = (href: string): boolean =>
  (location.hash === href || location.hash.startsWith(`${href}/`)) && document.visibilityState === 'visible'
