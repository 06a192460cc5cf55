// What is worth a toast: a message for me, somebody who wants to follow me, and a new role of mine.
import { defineToastRules, type ToastRules } from 'livecache/toasts'
import type { SocialEvents } from './realtime.ts'
import { isSeen, partHref, threadHref } from './places.ts'
import { ownerOf } from './streams.ts'

export const toastRulesOf = (events: SocialEvents): ToastRules<SocialEvents> =>
  defineToastRules(events, {
    // Whoever is in the chat sees it there, or sees its count.
    'message.created': ({ payload: { by, message, thread }, stream }) => {
      if (by.id === ownerOf(stream) || isSeen(partHref('chat'))) return null
      return {
        title: thread.title === null ? by.name : `${by.name} in ${thread.title}`,
        description: message.text,
        group: `thread:${thread.id}`,
        link: { href: threadHref(thread.id) },
      }
    },
    'follow.requested': ({ payload: { by, relation }, stream }) => {
      if (ownerOf(stream) !== relation.to.id) return null
      return {
        title: `${by.name} asks to follow you`,
        dedupeKey: `follow:${relation.id}`,
        link: { href: '#/social/people' },
      }
    },
    'notification.created': ({ payload: { by, notice } }) => {
      if (notice.kind !== 'role') return null
      return { title: `${by.name} ${notice.text}`, priority: 'high', link: { href: notice.href } }
    },
  })
