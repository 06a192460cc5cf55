// The answer to a poll: of a livecache server, or one of the shapes that plain servers answer with.
import { isObject } from '../base/json.ts'
import { protocolName } from '../protocol/frames.ts'
import { dropBody, toldClosure } from './http-request.ts'
import { protocolHeader } from './over-http.ts'
import type { TransportClosure } from './transport.ts'

export interface PollAnswer {
  frames: readonly unknown[]
  /** What to say with the next poll, so that it brings what comes behind; null where that is not known. */
  after: string | null
  /** The session, told by a livecache server with the answer that opens it. */
  connectionId: string | null
  /** The session has ended. */
  close: TransportClosure | null
}

export async function readPollAnswer(response: Response): Promise<PollAnswer | { problem: string }> {
  if (response.status === 204) {
    dropBody(response)
    return { frames: [], after: null, connectionId: null, close: null }
  }
  const body = await parse(response)
  const fields = isObject(body) ? body : {}
  const frames = [body, fields['frames'], fields['events'], fields['data']].find((value) => Array.isArray(value))
  if (frames === undefined) return { problem: 'answered with no JSON array of events, and no object that holds one' }
  const isLivecache = response.headers.get(protocolHeader) === protocolName
  return {
    frames,
    after: text(fields['after']) ?? lastIdOf(frames),
    connectionId: isLivecache ? text(fields['connectionId']) : null,
    close: isLivecache && isObject(fields['close']) ? toldClosure(fields['close']) : null,
  }
}

async function parse(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

const text = (value: unknown): string | null =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null

function lastIdOf(frames: readonly unknown[]): string | null {
  const last = frames.findLast(isObject) ?? {}
  return text(last['eventId']) ?? text(last['event_id']) ?? text(last['id'])
}
