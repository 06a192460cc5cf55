// A link by one of the client's own transports, and everything that came on it. What it means is told by the steps.
import { systemClock } from '../../base/clock.ts'
import { RealtimeError } from '../../base/errors.ts'
import { decodeServerMessage, type ServerMessage } from '../../protocol/codec.ts'
import type { RealtimeEvent } from '../../protocol/event.ts'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import type { SseFields } from '../../protocol/normalize.ts'
import type { Transport, TransportClosure, TransportLink, TransportRequest } from '../../transports/transport.ts'
import type { Examination } from './examination.ts'

export interface Heard {
  /** By `performance.now()`. */
  readonly at: number
  /** Of the message, in UTF-8. */
  readonly bytes: number
  readonly messages: readonly ServerMessage[]
  readonly sse: SseFields | null
}

export interface Arrived<Frame> {
  readonly frame: Frame
  readonly at: number
}

type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>

export interface Link {
  readonly heard: readonly Heard[]
  /** What the server chose; undefined until the link is open. */
  readonly protocol: string | null | undefined
  /** How the server ended it. */
  readonly closure: TransportClosure | null
  /** When anything came last, by `performance.now()`; null until then. */
  readonly aliveAt: number | null
  send(frame: ClientFrame): void
  /** The latest frame of a type for which `test` holds. */
  find<Type extends ServerFrame['type']>(
    type: Type,
    test?: (frame: FrameOf<Type>) => boolean,
  ): Arrived<FrameOf<Type>> | null
  /** Resolves with what `find` finds, as soon as it does; with null where it does not in time, or the link ended. */
  until<Found>(find: () => Found | null, withinMs: number): Promise<Found | null>
  /** Answers each event, as a client would confirm it; null: not at all. */
  confirm: ((event: RealtimeEvent) => ClientFrame | null) | null
  close(): void
}

export interface LinkOptions {
  /** During which step, for a list of closings: `the session`. */
  readonly where: string
  readonly transport: Transport
  readonly request: Partial<TransportRequest>
}

export function openLink(exam: Examination, { where, transport, request }: LinkOptions): Link {
  const { signal } = exam
  const heard: Heard[] = []
  const looks = new Set<() => void>()
  let protocol: string | null | undefined
  let closure: TransportClosure | null = null
  let aliveAt: number | null = null
  let opened: TransportLink | null = null

  function changed() {
    for (const look of [...looks]) look()
  }

  function received(text: string, sse?: SseFields) {
    aliveAt = performance.now()
    const context = { transport: transport.name, receivedAt: Date.now(), ...(sse && { sse }) }
    const messages = decodeServerMessage(text, context)
    heard.push({ at: aliveAt, bytes: Buffer.byteLength(text), messages, sse: sse ?? null })
    for (const message of messages) {
      if (message.kind === 'frame' && message.frame.type === 'ping') link.send({ type: 'pong' })
      const answer = message.kind === 'event' ? (link.confirm?.(message.event) ?? null) : null
      if (answer !== null) link.send(answer)
    }
    changed()
  }

  function closed(ending: TransportClosure) {
    closure = ending
    // One that never opened and has no code was not closed by anybody.
    if (protocol !== undefined || ending.code !== 1006) exam.closings.push({ where, ...ending })
    changed()
  }

  const link: Link = {
    heard,
    confirm: null,
    get protocol() {
      return protocol
    },
    get closure() {
      return closure
    },
    get aliveAt() {
      return aliveAt
    },
    send: (frame) => opened?.send(frame),
    find(type, test = () => true) {
      for (const { messages, at } of heard.toReversed()) {
        for (const message of messages.toReversed()) {
          if (message.kind !== 'frame' || message.frame.type !== type) continue
          const frame = message.frame as FrameOf<typeof type>
          if (test(frame)) return { frame, at }
        }
      }
      return null
    },
    until(find, withinMs) {
      return new Promise((resolve) => {
        const cancel = systemClock.timeout(() => end(find()), withinMs)
        function end(found: ReturnType<typeof find>) {
          looks.delete(look)
          cancel()
          resolve(found)
        }
        function look() {
          const found = find()
          if (found !== null || closure !== null || signal.aborted) end(found)
        }
        looks.add(look)
        look()
      })
    },
    close() {
      signal.removeEventListener('abort', abort)
      opened?.close()
    },
  }

  function abort() {
    link.close()
    changed()
  }
  signal.addEventListener('abort', abort)
  try {
    opened = transport.open(
      {
        protocol: null,
        params: {},
        credential: null,
        lastEventId: null,
        clock: systemClock,
        isHidden: () => false,
        ...request,
      },
      {
        opened(chosen) {
          protocol = chosen
          changed()
        },
        message: received,
        alive() {
          aliveAt = performance.now()
          changed()
        },
        closed,
      },
    )
  } catch (error) {
    // A token that can't travel so.
    if (!(error instanceof RealtimeError)) throw error
    closure = { code: 1006, reason: error.message }
  }
  return link
}
