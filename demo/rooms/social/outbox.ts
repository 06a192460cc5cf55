// Messages that were sent and have not come back yet, or did not arrive, by thread. They stay while one looks elsewhere.
import { useSyncExternalStore } from 'react'
import type { Message } from './entities.ts'

export interface OutMessage {
  /** The same for each attempt, so that none is written twice. */
  key: string
  text: string
  /** Null while it is on its way. */
  error: Error | null
}

const none: readonly OutMessage[] = []
const byThread = new Map<string, readonly OutMessage[]>()
const listeners = new Set<() => void>()

export function useOutbox(threadId: string): readonly OutMessage[] {
  return useSyncExternalStore(subscribe, () => byThread.get(threadId) ?? none)
}

/** Its last place is the end, also where it was there before. */
export function keepInOutbox(threadId: string, message: OutMessage) {
  change(threadId, (messages) => [...messages.filter(({ key }) => key !== message.key), message])
}

export function markFailed(threadId: string, key: string, error: Error) {
  change(threadId, (messages) => messages.map((message) => (message.key === key ? { ...message, error } : message)))
}

/** Of what has come back, and what is given up. */
export function dropFromOutbox(threadId: string, keys: ReadonlySet<string>) {
  if (byThread.get(threadId)?.some(({ key }) => keys.has(key)))
    change(threadId, (messages) => messages.filter(({ key }) => !keys.has(key)))
}

/** Without those that are in the thread already, by their event or by the answer. */
export function stillOut(outbox: readonly OutMessage[], messages: readonly Message[]): readonly OutMessage[] {
  if (outbox.length === 0) return outbox
  const arrived = new Set(messages.map(({ key }) => key))
  return outbox.filter(({ key }) => !arrived.has(key))
}

function change(threadId: string, update: (messages: readonly OutMessage[]) => readonly OutMessage[]) {
  byThread.set(threadId, update(byThread.get(threadId) ?? none))
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
