// The JSON body of a request, read and judged field by field.
import type { IncomingMessage } from 'node:http'
import { ApiError } from './api-error.ts'

export type Body = Readonly<Record<string, unknown>>

const maxBytes = 16_384

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw new ApiError(413, 'TOO_LARGE', `A request may have ${maxBytes} bytes at most.`)
    chunks.push(chunk)
  }
  if (length === 0) return {}
  const body = parse(Buffer.concat(chunks).toString())
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body
  throw new ApiError(400, 'INVALID_JSON', 'The body has to be a JSON object.')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, 'INVALID_JSON', 'The body is not JSON.')
  }
}

const invalid = (message: string) => new ApiError(422, 'INVALID', message)

export function textOf(body: Body, field: string, maxLength = 120): string {
  const value = body[field]
  const text = typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').trim() : ''
  if (text === '') throw invalid(`Give a ${field}.`)
  if (text.length > maxLength) throw invalid(`The ${field} may have ${maxLength} characters at most.`)
  return text
}

export function booleanOf(body: Body, field: string): boolean {
  const value = body[field]
  if (typeof value !== 'boolean') throw invalid(`"${field}" has to be true or false.`)
  return value
}

/** Large enough for any sum in naira, small enough to be exact. */
const largest = 1e13

export function numberOf(body: Body, field: string): number {
  const value = body[field]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`"${field}" has to be a number.`)
  if (Math.abs(value) > largest) throw invalid(`"${field}" is too large.`)
  return value
}

export function choiceOf<Choice extends string>(body: Body, field: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === body[field])
  if (found === undefined) throw invalid(`"${field}" has to be one of ${choices.join(', ')}.`)
  return found
}
