// Over HTTP: what a session is subscribed to, read and changed while it runs, whichever way it is connected; and what a user is sent
// by default.
import { isObject } from '../base/json.ts'
import { clientFrameFields, findWrongField, type SubscribeFrame } from '../protocol/frames.ts'
import type { Identity } from './access.ts'
import type { Hub } from './create-hub.ts'
import type { DefaultSubscription } from './engine.ts'
import { errorResponse } from './http-answers.ts'
import type { Session } from './session-port.ts'

/** What a session is subscribed to, or a user by default. */
export function answerSubscriptions(session: Session): Response {
  const subscriptions = session.subscriptions().map(([id, spec]) => ({ ...(id !== '' && { id }), ...spec }))
  return json({ connectionId: session.id, subscriptions })
}

export async function answerDefault(hub: Hub, { subject }: Identity): Promise<Response> {
  return json({ default: await hub.defaultOf(subject) })
}

/** @param text a `subscribe` without its `type`, or `null` to forget what there is */
export async function changeDefault(hub: Hub, { subject }: Identity, text: string): Promise<Response> {
  const wanted = wantedIn(text)
  if (wanted === undefined) {
    return errorResponse(400, 'INVALID', 'the body must be an object with "events", "filters" or "streams", or null')
  }
  await hub.setDefault(subject, wanted)
  return json({ default: wanted })
}

/** The frames that a body asks for: an array of them, or one `subscribe` as an object. Null where it is neither. */
export function framesOf(text: string): Record<string, unknown>[] | null {
  const value = parse(text)
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (!list.every(isObject)) return null
  return list.map((frame) => ('type' in frame ? frame : { type: 'subscribe', ...frame }))
}

function wantedIn(text: string): DefaultSubscription | null | undefined {
  const value = parse(text)
  if (value === null) return null
  if (!isObject(value) || findWrongField(clientFrameFields, { ...value, type: 'subscribe' }) !== null) return undefined
  const { events = ['*'], filters, streams } = value as Partial<SubscribeFrame>
  return { events, ...(filters && { filters }), ...(streams && { streams }) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function json(body: object): Response {
  return Response.json(body, { headers: { 'cache-control': 'no-store' } })
}
