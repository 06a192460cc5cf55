// A request, its JSON answer, and errors in words that a person can read.
import type { ErrorBody } from '../shared/entities.ts'
import { pageId } from './page-id.ts'

export class RequestError extends Error {
  /** `NETWORK` where no answer came; else what the server calls it. */
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }

  /** Whether the same request may well succeed a little later. */
  get isTemporary(): boolean {
    return this.code === 'NETWORK' || this.status >= 500
  }
}

export interface RequestOptions {
  body?: unknown
  token?: string
  signal?: AbortSignal
  /** Comes back with the event that tells of the change. */
  mutationId?: string
  /** Sees the response before its body is read. */
  onResponse?: (response: Response) => void
}

export async function fetchJson<Answer>(method: string, url: string, options: RequestOptions = {}): Promise<Answer> {
  const { body, token, signal, mutationId, onResponse } = options
  const response = await reach(url, {
    method,
    headers: {
      'x-page-id': pageId,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(mutationId !== undefined && { 'x-mutation-id': mutationId }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  })
  onResponse?.(response)
  if (response.ok) return (await response.json()) as Answer
  const { code, message } = await response.json().then(
    (json: ErrorBody) => json,
    () => unreadable,
  )
  throw new RequestError(code, response.status, message)
}

const unreadable: ErrorBody = { code: 'UNREADABLE', message: 'The answer of the server could not be read.' }

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new RequestError('NETWORK', 0, 'The server cannot be reached.')
  }
}
