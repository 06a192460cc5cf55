// How new an answer of an API is, as the text of a header: the positions its streams had before its data was read.
import { isObject } from '../base/json.ts'
import { isPosition, type Position } from './frames.ts'

/** The header that says how new an answer is. Across origins a server has to expose it. */
export const asOfHeader = 'Livecache-As-Of'

/** The text of the header: compact JSON of printable ASCII alone, as proxies let pass. */
export function encodeAsOf(positions: Readonly<Record<string, Position>>): string {
  const places = Object.entries(positions).map(([stream, { epoch, seq }]) => [stream, { epoch, seq }] as const)
  return JSON.stringify(Object.fromEntries(places)).replaceAll(/[^ -~]/g, asEscape)
}

/** What the header says, without a prototype, as any text can be the name of a stream; null where it says nothing of the kind. */
export function parseAsOf(text: unknown): Readonly<Record<string, Position>> | null {
  if (typeof text !== 'string') return null
  try {
    return positionsIn(JSON.parse(text))
  } catch {
    return null
  }
}

function positionsIn(value: unknown): Readonly<Record<string, Position>> | null {
  if (!isObject(value)) return null
  const positions = Object.create(null) as Record<string, Position>
  for (const [stream, position] of Object.entries(value)) {
    if (!isPosition(position)) return null
    positions[stream] = { epoch: position.epoch, seq: position.seq }
  }
  return positions
}

/** A code unit outside printable ASCII, as JSON may write it. */
const asEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
