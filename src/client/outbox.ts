// What the app publishes, until the server has answered: in order, with an id of our own, sent again after a resume. Bounded
// in number and in time.
import type { Undo } from '../base/emitter.ts'
import { RealtimeError, type RealtimeErrorCode } from '../base/errors.ts'
import { randomId } from '../base/random-id.ts'
import type { Scope } from '../base/scope.ts'
import { maxFrameLength } from '../protocol/codec.ts'
import type { PublishFrame } from '../protocol/frames.ts'

export interface PublishOptions {
  /** The stream it belongs to. @default the server decides */
  stream?: string
  /** How long it may wait for the server's answer, in ms. @default the client's `publishTtlMs`, 60_000 */
  ttlMs?: number
  /** Its id: the same one is done once, however often it is sent. @default a random one */
  id?: string
}

/** What the server answered. */
export interface Published {
  /** Ours. The event comes back with it as `origin.mutationId`. */
  id: string
  /** The server's id of the event. */
  eventId: string
}

export interface OutboxOptions {
  scope: Scope
  /** How many may wait at most. */
  maxQueued: number
  ttlMs: number
  /** Time after which an answer is missed, in ms. */
  answerLimitMs: number
  send: (frame: PublishFrame) => void
  /** Why nothing can be kept now; null where it can. */
  refusal: () => RealtimeError | null
  /** The answer to what was sent is missed. */
  onLate: () => void
  onSettled: (id: string, code?: RealtimeErrorCode) => void
}

export interface Outbox {
  publish(event: string, payload: unknown, options?: PublishOptions): Promise<Published>
  /** The server has answered the resume: what was not answered is sent again, then the rest. */
  open(): void
  /** The link is gone. */
  close(): void
  answered(ref: string, eventId: string): void
  /** True where `ref` was one of ours. */
  refused(ref: string, code: string, message: string): boolean
  /** The server ended the link because of something we sent: it fails, and is never sent again. False where it was none of ours. */
  blame(which: 'largest' | 'oldest', reason: string): boolean
  failAll(error: RealtimeError): void
  readonly size: number
}

interface Item {
  readonly frame: PublishFrame
  readonly length: number
  isSent: boolean
  /** Sent on the link that is up. */
  isOut: boolean
  settle(error: RealtimeError | null, eventId?: string): void
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { scope, maxQueued, ttlMs, answerLimitMs, send, refusal, onLate, onSettled } = options
  // A Map keeps its order of insertion: that of publishing.
  const items = new Map<string, Item>()
  let isOpen = false
  let cancelLate: Undo | null = null

  function transmit(item: Item) {
    item.isSent = item.isOut = true
    send(item.frame)
    cancelLate ??= scope.timeout(missAnswer, answerLimitMs)
  }

  function missAnswer() {
    cancelLate = null
    if (!isOpen || ![...items.values()].some(({ isSent }) => isSent)) return
    onLate()
    cancelLate = scope.timeout(missAnswer, answerLimitMs)
  }

  function add(frame: PublishFrame, length: number, waitMs: number): Promise<Published> {
    const { id } = frame
    return new Promise((resolve, reject) => {
      const cancelExpiry = scope.timeout(() => item.settle(expired(frame, item.isSent)), waitMs)
      const item: Item = {
        frame,
        length,
        isSent: false,
        isOut: false,
        settle(error, eventId = '') {
          cancelExpiry()
          items.delete(id)
          onSettled(id, error?.code)
          if (error === null) resolve({ id, eventId })
          else reject(error)
        },
      }
      items.set(id, item)
      if (isOpen) transmit(item)
    })
  }

  return {
    async publish(event, payload, { stream, ttlMs: waitMs = ttlMs, id = randomId() } = {}) {
      const frame: PublishFrame = { type: 'publish', id, event, payload, ...(stream !== undefined && { stream }) }
      const error = refusal() ?? faultOf(frame, items, maxQueued)
      if (error !== null) throw error
      const text = JSON.stringify(frame)
      // A copy: what is sent is what was given, whatever the app does to its object until then.
      return add(JSON.parse(text) as PublishFrame, text.length, waitMs)
    },
    open() {
      if (isOpen) return
      isOpen = true
      for (const item of items.values()) transmit(item)
    },
    close() {
      isOpen = false
      for (const item of items.values()) item.isOut = false
      cancelLate?.()
      cancelLate = null
    },
    answered: (ref, eventId) => items.get(ref)?.settle(null, eventId),
    refused(ref, code, message) {
      const item = items.get(ref)
      item?.settle(refusedByServer(item.frame, `${message} (${code})`))
      return item !== undefined
    },
    blame(which, reason) {
      const sent = [...items.values()].filter(({ isOut }) => isOut)
      const guilty = which === 'oldest' ? sent[0] : sent.toSorted((a, b) => b.length - a.length)[0]
      guilty?.settle(refusedByServer(guilty.frame, `${reason}; it will not be sent again`))
      return guilty !== undefined
    },
    failAll(error) {
      for (const item of [...items.values()]) item.settle(error)
    },
    get size() {
      return items.size
    },
  }
}

function faultOf(frame: PublishFrame, items: ReadonlyMap<string, Item>, maxQueued: number): RealtimeError | null {
  const { event, id } = frame
  if (typeof event !== 'string' || event === '' || event.includes('*')) {
    return new RealtimeError(
      'invalid-option',
      `publish needs the type of an event, such as "goal.renamed", and ${JSON.stringify(event)} is none, so nothing was sent.`,
    )
  }
  if (items.has(id)) {
    return new RealtimeError(
      'invalid-option',
      `"${id}" is the id of something that is being published already. Wait for it, or leave the id out.`,
    )
  }
  if (items.size >= maxQueued) {
    return new RealtimeError(
      'queue-full',
      `${maxQueued} events wait to be published, so this one was not taken. Publish again when some have been answered.`,
    )
  }
  return unsendable(frame)
}

function unsendable(frame: PublishFrame): RealtimeError | null {
  try {
    const { length } = JSON.stringify(frame)
    return length <= maxFrameLength
      ? null
      : new RealtimeError(
          'invalid-payload',
          `"${frame.event}" has ${length} characters, and a frame may have ${maxFrameLength}, so it was not sent. Publish less, such as an id, and let the server look up the rest.`,
        )
  } catch (cause) {
    return new RealtimeError(
      'invalid-payload',
      `The payload of "${frame.event}" cannot be written as JSON, so it was not sent. Publish plain data.`,
      { cause },
    )
  }
}

const refusedByServer = ({ event }: PublishFrame, reason: string) =>
  new RealtimeError('publish-refused', `The server did not take "${event}": ${reason}. Nobody was told of it.`)

const expired = ({ event }: PublishFrame, isSent: boolean) =>
  new RealtimeError(
    'publish-expired',
    isSent
      ? `"${event}" was sent and not answered in time: it may have been published or not. Look before you publish it again, or publish it with the same id.`
      : `"${event}" could not be sent in time, so it was dropped. Publish it again if it still matters.`,
  )
