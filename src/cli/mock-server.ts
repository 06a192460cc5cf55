// The mock server: a whole gateway that anybody on this machine may join, what its scenario tells, and what goes wrong on purpose. Its routes
// are mock-routes.ts, its keys keys.ts; both do what `actions` can.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Clock, systemClock } from '../base/clock.ts'
import { RealtimeError } from '../base/errors.ts'
import { isObject } from '../base/json.ts'
import { createGateway } from '../gateway/create-gateway.ts'
import { urlOf } from '../gateway/request.ts'
import { serveRequest } from '../gateway/serve-request.ts'
import type { Identity } from '../hub/access.ts'
import type { EventFrame } from '../hub/event-log.ts'
import { defaultBasePath } from '../hub/http-handler.ts'
import type { HubObserver, SessionInfo } from '../hub/observer.ts'
import { createServerFaults } from '../hub/server-faults.ts'
import { closeCodes } from '../protocol/codes.ts'
import { type FaultRequest, wordsForFault } from './fault-request.ts'
import { findStranger, standInFront } from './loopback.ts'
import type { Activity, MockActions } from './mock-actions.ts'
import { createMockRoutes } from './mock-routes.ts'
import { createPlayer } from './player.ts'
import { defaultStream, type EventTemplate, type Scenario } from './scenario.ts'
import { createWires } from './wires.ts'

export interface MockServerOptions {
  scenario: Scenario
  clock?: Clock
  /** Told of everything that happens. */
  onActivity?: (activity: Activity) => void
}

export interface MockServer extends MockActions {
  /** Rejects with `port-in-use`. @param host a loopback address */
  listen(port: number, host: string): Promise<{ port: number }>
  close(): Promise<void>
}

const keptActivities = 50

export function createMockServer({
  scenario,
  clock = systemClock,
  onActivity = () => {},
}: MockServerOptions): MockServer {
  const faults = createServerFaults({ clock })
  const wires = createWires()
  const sessions = new Map<string, SessionInfo>()
  const recent: Activity[] = []
  let sent = 0
  let happened = 0
  let port = 0

  function note(kind: Activity['kind'], text: string) {
    const activity = { number: ++happened, at: clock.now(), kind, text }
    recent.unshift(activity)
    recent.length = Math.min(recent.length, keptActivities)
    onActivity(activity)
  }

  const observer: HubObserver = {
    session(info) {
      if (info.state === 'disconnected') sessions.delete(info.id)
      else sessions.set(info.id, info)
      const who = `${info.transport}, ${info.subject ?? 'somebody'}`
      if (info.state === 'authenticated') note('client', `joined by ${who}`)
      if (info.state === 'disconnected' && info.subject !== null) note('client', `left: ${who}`)
      if (info.state === 'subscribed' && scenario.begin === 'first-client') player.begin()
    },
  }

  const gateway = createGateway({
    verify: (token): Identity => ({ subject: subjectOf(token), streams: ['*'] }),
    authorizePublish: (_identity, { stream }) => stream !== undefined || { stream: defaultStream },
    onRequest: (request, response) => void serveRequest(routes, request, response),
    onError: ({ message }) => note('problem', message),
    observers: [observer],
    wrapSink: faults.wrap,
    clock,
  })
  standInFront(gateway.server, { request: guardRequest, upgrade: guardUpgrade })

  function guardRequest(request: IncomingMessage, response: ServerResponse): boolean {
    const stranger = findStranger(request, port)
    if (stranger !== null) {
      response.writeHead(403, { 'content-type': 'application/json', connection: 'close' })
      response.end(JSON.stringify({ code: 'FORBIDDEN', message: stranger }))
    } else if (urlOf(request).pathname.startsWith(defaultBasePath)) wires.asked(request, response)
    return stranger !== null
  }

  function guardUpgrade(request: IncomingMessage, socket: Duplex): boolean {
    const stranger = findStranger(request, port)
    if (stranger === null) wires.upgraded(socket)
    else {
      // A socket that is reset while it is refused must not end the process.
      socket.on('error', () => socket.destroy())
      const head = `HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(stranger)}\r\n\r\n`
      socket.end(head + stranger, () => socket.destroy())
    }
    return stranger !== null
  }

  // ── what can be done ──────────────────────────────────────────────────────────────────────────────────────────

  function emitOne(template: EventTemplate): EventFrame {
    const frame = gateway.hub.publish(scenario.fill(template))
    sent++
    note('event', `${frame.type} → ${frame.stream} #${frame.seq}`)
    return frame
  }

  function fault(request: FaultRequest) {
    const { frames, drop, duplicate, reorder, mute } = request
    if (request.clear) faults.clear()
    if (typeof drop === 'number') faults.lose(drop, frames)
    if (duplicate !== undefined) faults.duplicate(duplicate, frames)
    if (reorder !== undefined) faults.reorder(reorder)
    if (mute !== undefined) faults.mute(mute)
    if (request.expire) faults.end(closeCodes.unauthorized, 'the token expired')
    if (drop === 'links') wires.cut()
    note('fault', wordsForFault(request))
  }

  const player = createPlayer({
    scenario,
    clock,
    act({ emit, fault: broken }) {
      try {
        emit.forEach(emitOne)
      } catch (error) {
        if (!(error instanceof RealtimeError)) throw error
        note('problem', error.message)
      }
      if (broken !== null) fault(broken)
    },
    onState: (state) => note('scenario', state),
  })

  const toggles = { waiting: player.begin, playing: player.pause, paused: player.resume, over: player.restart }

  const actions: MockActions = {
    emit: (events) => events.map(emitOne),
    fault,
    play(what) {
      const toggle = toggles[player.state]
      if (what === 'toggle') toggle()
      else player[what]()
    },
    get state() {
      return {
        sessions: [...sessions.values()].map(({ id, transport, protocol, subject, state, since }) => ({
          id,
          transport,
          protocol,
          subject,
          state,
          since,
        })),
        sent,
        scenario: { name: scenario.name, state: player.state, step: player.step, steps: scenario.steps.length },
        events: [...scenario.events.keys()],
        faults: faults.pending,
        recent,
      }
    },
  }
  const routes = createMockRoutes({ actions, scenario })

  return {
    ...actions,
    get state() {
      return actions.state
    },
    async listen(wanted, host) {
      const listening = await gateway.listen(wanted, host)
      port = listening.port
      if (scenario.begin === 'at-once') player.begin()
      return listening
    },
    async close() {
      player.dispose()
      // An end waits for as long as links are mute.
      faults.clear()
      await gateway.close()
      faults.dispose()
    },
  }
}

/** Whoever it says it is: the subject of a JWT, unverified; a short word itself. */
function subjectOf(token: string | undefined): string {
  if (token === undefined) return 'guest'
  const [, claims] = token.split('.')
  const { sub } = claims === undefined ? { sub: undefined } : claimsIn(claims)
  if (typeof sub === 'string' && sub !== '') return sub
  return /^[\w@.-]{1,40}$/.test(token) ? token : 'guest'
}

function claimsIn(text: string): { sub?: unknown } {
  try {
    const claims: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return isObject(claims) ? claims : {}
  } catch {
    return {}
  }
}
