// The bytes of an event stream to its messages, by the rules of the HTML standard. What a message means is the codec's.
import { createParser } from 'eventsource-parser'
import type { SseFields } from '../protocol/normalize.ts'

export interface SseListener {
  message(data: string, sse: SseFields): void
  /** The server names the time to stay away after a lost link, in ms. */
  retry(ms: number): void
  /** A message that has no end: nothing more is read. */
  tooLong(): void
}

export interface SseReader {
  push(bytes: Uint8Array): void
}

/** What is held of an unfinished message at most, in UTF-16 units: far more than a frame, far less than a memory. */
const maxHeld = 4_194_304

/**
 * Where the messages differ from those of `EventSource`: `id` is the message's own, and no later one inherits it, since two
 * events of one id would be taken for one; and a message whose data is empty is none, since it can be no frame.
 */
export function createSseReader(listener: SseListener): SseReader {
  const decoder = new TextDecoder()
  const parser = createParser({
    maxBufferSize: maxHeld,
    onEvent({ data, event, id }) {
      if (data !== '')
        listener.message(data, { ...(event !== undefined && { event }), ...(id !== undefined && { id }) })
    },
    onRetry: (ms) => listener.retry(ms),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') isOver = true
    },
  })
  let isOver = false
  let endedInCr = false
  // The decoder takes a byte order mark away; the parser would look for one once more, in the first text it is fed.
  parser.feed('\n')

  return {
    push(bytes) {
      if (isOver) return
      const text = decoder.decode(bytes, { stream: true })
      if (text === '') return
      // Every line end as one LF: after a CR at the end of a chunk the parser would wait for the next one.
      const lines = (endedInCr && text.startsWith('\n') ? text.slice(1) : text).replace(/\r\n?/g, '\n')
      endedInCr = text.endsWith('\r')
      parser.feed(lines)
      if (isOver) listener.tooLong()
    },
  }
}
