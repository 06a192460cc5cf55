// The REST API: addresses, who may use them, and what they answer.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { areas, type ErrorBody } from '../shared/entities.ts'
import { ApiError, notFound } from './api-error.ts'
import { type Body, booleanOf, choiceOf, numberOf, readBody, textOf } from './body.ts'
import type { Rooms } from './rooms.ts'
import type { Sessions } from './sessions.ts'
import type { Change, Store } from './store.ts'

export interface ApiOptions {
  store: Store
  rooms: Rooms
  sessions: Sessions
  /** Called with each change once it is committed, before the request is answered. */
  onChange: (change: Change, origin: Origin) => void
  /** How far the events that somebody may read have come, as text for a header. */
  asOf: (personId: string) => string
}

/** Who asked for a change, and by which of its mutations. */
export interface Origin {
  clientId?: string
  mutationId?: string
}

interface Call {
  id: string
  body: Body
  /** The id of the person. */
  by: string
}

const burstSize = 1_000

type Reader = (call: Call) => unknown
type Writer = (call: Call) => Change

export function createApi({ store, rooms, sessions, onChange, asOf }: ApiOptions) {
  const readers: Readonly<Record<string, Reader>> = {
    'GET /api/goals': () => store.goals(),
    'GET /api/goals/:id': ({ id }) => store.goal(id),
    'GET /api/goals/:id/actions': ({ id }) => store.actions(id),
    'GET /api/goals/:id/measures': ({ id }) => store.measures(id),
    'GET /api/goals/:id/issues': ({ id }) => store.issues(id),
  }
  const writers: Readonly<Record<string, Writer>> = {
    'POST /api/goals': ({ body, by }) =>
      store.createGoal({ name: textOf(body, 'name'), area: choiceOf(body, 'area', areas) }, by),
    'PATCH /api/goals/:id': ({ id, body, by }) =>
      'completed' in body
        ? store.completeGoal(id, booleanOf(body, 'completed'), by)
        : store.renameGoal(id, textOf(body, 'name'), by),
    'DELETE /api/goals/:id': ({ id, by }) => store.deleteGoal(id, by),
    'POST /api/goals/:id/actions': ({ id, body, by }) => store.createAction(id, textOf(body, 'name'), by),
    'POST /api/goals/:id/issues': ({ id, body, by }) =>
      store.createIssue(
        id,
        { name: textOf(body, 'name'), severity: choiceOf(body, 'severity', ['risk', 'blocker']) },
        by,
      ),
    'PATCH /api/actions/:id': ({ id, body, by }) =>
      'done' in body
        ? store.completeAction(id, booleanOf(body, 'done'), by)
        : store.renameAction(id, textOf(body, 'name'), by),
    'DELETE /api/actions/:id': ({ id, by }) => store.deleteAction(id, by),
    'PATCH /api/measures/:id': ({ id, body, by }) => store.setMeasure(id, numberOf(body, 'value'), by),
    'PATCH /api/issues/:id': ({ id, body, by }) => store.resolveIssue(id, booleanOf(body, 'resolved'), by),
  }

  /** A thousand changes at once, for whoever wants to see what then happens. */
  function burst(by: string): number {
    const measures = store.goals().flatMap(({ id }) => store.measures(id))
    for (let count = 0; count < burstSize; count++) {
      const { id, start, target } = measures[count % measures.length]!
      onChange(store.setMeasure(id, Math.round(start + Math.random() * (target - start)), by), {})
    }
    return burstSize
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { method = 'GET', url = '/', headers } = request
    const path = url.replace(/\?.*$/, '')
    const body = await readBody(request)
    // Development only: whoever asks is believed.
    if (`${method} ${path}` === 'POST /api/session') return { status: 201, body: await sessions.open(body['userId']) }

    const { id: by } = await sessions.personOf(headers.authorization)
    // Before the data is read, so that the data holds at least that much.
    const upTo = method === 'GET' ? { asOf: asOf(by) } : {}
    if (`${method} ${path}` === 'POST /api/happen') {
      rooms.happen()
      return { status: 200, body: {} }
    }
    if (`${method} ${path}` === 'POST /api/burst') return { status: 200, body: { changes: burst(by) } }
    const ofRoom = rooms.answer(request, { body, by, origin: originOf(headers) })
    if (ofRoom !== null) return { ...ofRoom, ...upTo }
    const { route, id } = routeOf(method, path)
    const read = readers[route]
    if (read !== undefined) return { status: 200, ...upTo, body: read({ id, body, by }) }
    const write = writers[route]
    if (write === undefined) throw notFound('address')
    const change = write({ id, body, by })
    onChange(change, originOf(headers))
    return { status: method === 'POST' ? 201 : 200, body: change.payload }
  }

  return (request: IncomingMessage, response: ServerResponse) => {
    answer(request)
      .catch((error: unknown) => refusal(error))
      .then((answered) => send(response, answered))
      .catch(() => response.destroy())
  }
}

/** `PATCH /api/goals/7` → `PATCH /api/goals/:id`, and the id. */
function routeOf(method: string, path: string): { route: string; id: string } {
  const [, collection = '', id, rest = ''] = /^\/api\/([a-z]+)(?:\/([\w-]+)(\/[a-z]+)?)?$/.exec(path) ?? []
  return { route: `${method} /api/${collection}${id === undefined ? '' : `/:id${rest}`}`, id: id ?? '' }
}

function refusal(error: unknown): { status: number; body: ErrorBody } {
  if (error instanceof ApiError) {
    return { status: error.status, body: { code: error.code, message: error.message } }
  }
  console.error('The API failed:', error)
  return {
    status: 500,
    body: { code: 'INTERNAL', message: 'Something broke in the server. It is written in its log.' },
  }
}

interface Answer {
  status: number
  body: unknown
  asOf?: string
}

function originOf(headers: IncomingMessage['headers']): Origin {
  const [clientId, mutationId] = [headers['x-page-id'], headers['x-mutation-id']]
  return {
    ...(typeof clientId === 'string' && clientId !== '' && { clientId }),
    ...(typeof mutationId === 'string' && mutationId !== '' && { mutationId }),
  }
}

function send(response: ServerResponse, { status, body, asOf }: Answer) {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(asOf !== undefined && { 'livecache-as-of': asOf }),
  })
  response.end(JSON.stringify(body))
}
