// A server in the page, for quickstarts, sandboxes and stories: no address, no token, events that are made up. Its hub is a real one.
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { createScope, type Scope } from '../base/scope.ts'
import type { Transport, TransportLink, TransportListener, TransportRequest } from '../transports/transport.ts'
import { createHub, type Hub } from './create-hub.ts'
import type { NewEvent } from './event-log.ts'
import { inMemoryTransport } from './in-memory-transport.ts'
import type { PublishDecision, PublishRequest } from './publishing.ts'

/** An event of the demo; `stream` is `demo` unless it says otherwise. */
export type DemoEvent = Omit<NewEvent, 'stream'> & { stream?: string }

export interface DemoOptions {
  /** Time between two ticks, in ms, while a link is up and the page is seen. @default 2_000 */
  every?: number
  /** What happens at a tick: an event, several, or nothing. Throwing skips the tick and is reported. @param tick counts from 0. @default nothing ever */
  events?: (tick: number) => DemoEvent | readonly DemoEvent[] | null | undefined
  /**
   * What becomes of what the page publishes. `true`: everybody on this transport hears it; a function says for each, as
   * `authorizePublish` of `createHub` does.
   * @default nobody may publish
   */
  publish?: true | ((request: PublishRequest) => PublishDecision | Promise<PublishDecision>)
}

export interface DemoTransport extends Transport {
  /** Publishes an event now, such as for a button of the demo. Nobody hears it while nothing is connected. */
  publish(event: DemoEvent): void
}

/** For `createRealtime({ transports: [demoTransport({ … })] })`. Nothing runs before a client connects, and nothing once the last one has left. */
export function demoTransport({ every = 2_000, events, publish }: DemoOptions = {}): DemoTransport {
  if (!(every > 0)) throw noPace(every)
  let hub: Hub | null = null
  let running: Scope | null = null
  let tick = 0
  const links = new Set<TransportRequest>()

  const toHub = inMemoryTransport(() => hub!)
  const tell = ({ stream = 'demo', ...event }: DemoEvent) => void hub?.publish({ stream, ...event })

  function happen() {
    running?.timeout(happen, every)
    // A page that nobody sees would find a heap of news when it is opened again.
    if ([...links].every(({ isHidden }) => isHidden())) return
    for (const event of [events?.(tick++) ?? []].flat()) tell(event)
  }

  function joined(request: TransportRequest): Undo {
    hub ??= createHub({
      clock: request.clock,
      verify: () => ({ subject: 'demo', streams: ['*'] }),
      ...(publish && {
        authorizePublish: (_, asked) => (publish === true ? { stream: asked.stream ?? 'demo' } : publish(asked)),
      }),
    })
    links.add(request)
    if (running === null && events !== undefined) {
      running = createScope(request.clock)
      running.timeout(happen, every)
    }
    return () => {
      links.delete(request)
      if (links.size > 0) return
      running?.dispose()
      running = null
    }
  }

  function open(request: TransportRequest, listener: TransportListener): TransportLink {
    const leave = joined(request)
    const link = toHub.open(request, {
      ...listener,
      closed(closure) {
        leave()
        listener.closed(closure)
      },
    })
    return {
      send: link.send,
      close(code, reason) {
        leave()
        link.close(code, reason)
      },
    }
  }

  return { name: 'demo', open, publish: tell }
}

const noPace = (every: number) =>
  new RealtimeError(
    'invalid-option',
    `every is ${every}, so the demo would never pause between two events. Give it a number of ms above 0; 2_000 if you leave it out.`,
  )
