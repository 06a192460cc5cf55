// The mock server's own routes: telling it what to send and what to break, looking at it, and the page that does both. Who may ask at all
// is loopback.ts.
import { RealtimeError } from '../base/errors.ts'
import type { EventFrame } from '../hub/event-log.ts'
import { errorResponse, readBody } from '../hub/http-answers.ts'
import type { HttpHandler } from '../hub/http-handler.ts'
import { consolePage } from './console-page.ts'
import { readFault } from './fault-request.ts'
import type { MockActions } from './mock-actions.ts'
import { InputError, readObject, readOneOf, wrong } from './reading.ts'
import type { Scenario } from './scenario.ts'

export interface MockRoutesOptions {
  actions: MockActions
  scenario: Pick<Scenario, 'readEmit'>
}

const maxBodyBytes = 1_048_576
const routes = 'GET /mock, GET /mock/state, POST /mock/events, POST /mock/faults and POST /mock/scenario'

/** Answers every request: with `{ code, message }` and 400 what cannot be done. */
export function createMockRoutes({ actions, scenario }: MockRoutesOptions): HttpHandler {
  const posts: Readonly<Record<string, (body: unknown) => object>> = {
    '/mock/events'(body) {
      const events = actions.emit(scenario.readEmit(body, Array.isArray(body) ? '' : 'event'))
      return { events: events.map(placeOf), sessions: actions.state.sessions.length }
    },
    '/mock/faults'(body) {
      actions.fault(readFault(body, ''))
      return actions.state
    },
    '/mock/scenario'(body) {
      const given = readObject(body, '', 'it', ['do'])
      actions.play(readOneOf(given['do'], 'do', ['pause', 'resume', 'restart', 'toggle']))
      return actions.state
    },
  }

  function answer(request: Request): Response | Promise<Response> {
    const path = new URL(request.url).pathname.replace(/(.)\/$/, '$1')
    const run = Object.hasOwn(posts, path) ? posts[path] : undefined
    switch (`${request.method} ${path}`) {
      case 'GET /':
        return new Response(null, { status: 302, headers: { location: '/mock' } })
      case 'GET /mock':
        return consolePage()
      case 'GET /mock/state':
        return json(actions.state)
      default:
    }
    if (request.method === 'OPTIONS') return new Response(null, { status: 204 })
    if (run !== undefined && request.method === 'POST') return post(request, run)
    return errorResponse(404, 'NO_ROUTE', `${request.method} ${path} is not one of the routes: there are ${routes}.`)
  }

  return async (request) => {
    const response = await answer(request)
    // Only pages of this machine come this far: the app that is being built, on a port of its own.
    const origin = request.headers.get('origin')
    if (origin !== null) allow(response.headers, origin)
    return response
  }
}

async function post(request: Request, run: (body: unknown) => object): Promise<Response> {
  const text = await readBody(request, maxBodyBytes)
  if (text === null) return errorResponse(413, 'TOO_LARGE', `A request may have ${maxBodyBytes} bytes at most.`)
  try {
    return json(run(parse(text)))
  } catch (error) {
    if (error instanceof InputError || error instanceof RealtimeError)
      return errorResponse(400, 'INVALID', error.message)
    throw error
  }
}

function allow(headers: Headers, origin: string) {
  headers.set('vary', 'origin')
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-allow-methods', 'GET, POST')
  headers.set('access-control-allow-headers', 'content-type')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return wrong('The body', 'must be JSON.')
  }
}

const placeOf = ({ eventId, stream, seq, epoch }: EventFrame) => ({ eventId, stream, seq, epoch })

const json = (body: object) => Response.json(body, { headers: { 'cache-control': 'no-store' } })
