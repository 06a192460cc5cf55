// Messages go out one after the other, so that they arrive as they were written; what fails stays to be tried again.
import { useEffect, useRef } from 'react'
import type { Message } from './entities.ts'
import { useWrite } from './mutations.ts'
import { dropFromOutbox, keepInOutbox, markFailed } from './outbox.ts'

export interface Sending {
  send(text: string): void
  retry(key: string, text: string): void
  discard(key: string): void
}

/** @param messages of the thread, as far as they are known: what is among them is out no more */
export function useSending(threadId: string, messages: readonly Message[]): Sending {
  const { mutateAsync } = useWrite(threadId)
  const last = useRef<Promise<unknown>>(Promise.resolve())

  useEffect(() => dropFromOutbox(threadId, new Set(messages.map(({ key }) => key))), [threadId, messages])

  function attempt(key: string, text: string) {
    keepInOutbox(threadId, { key, text, error: null })
    last.current = last.current
      .then(() => mutateAsync({ key, text }))
      .catch((error: Error) => markFailed(threadId, key, error))
  }

  return {
    send: (text) => attempt(crypto.randomUUID(), text),
    retry: attempt,
    discard: (key) => dropFromOutbox(threadId, new Set([key])),
  }
}
