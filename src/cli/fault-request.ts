// What can be done to all links, as a scenario or a request says it. What then happens is mock-server.ts.
import { nameOf } from '../gateway/event-body.ts'
import type { FaultyFrames } from '../hub/server-faults.ts'
import { inside, readObject, readOneOf, readWhole, wrong } from './reading.ts'

export interface FaultRequest {
  /** `links`: every connection is cut, without a word. A number: so many of the next events of each link are lost. */
  drop?: 'links' | number
  /** Nothing is sent for so many ms; 0 ends it. */
  mute?: number
  /** Sessions end with 4401, so that clients ask for a fresh token. */
  expire?: true
  /** So many of the next events come twice. */
  duplicate?: number
  /** So many of the next events come in reverse order. */
  reorder?: number
  /** Whether `drop` and `duplicate` concern control frames as well. @default 'events' */
  frames?: FaultyFrames
  /** Ends whatever lasts. */
  clear?: true
}

const fields = [
  'drop',
  'mute',
  'expire',
  'duplicate',
  'reorder',
  'frames',
  'clear',
] as const satisfies (keyof FaultRequest)[]
const maxFrames = 1_000

/** Throws an `InputError` that names the place. */
export function readFault(value: unknown, at: string): FaultRequest {
  const given = readObject(value, at, 'a fault', fields)
  const named = Object.keys(given).filter((field) => field !== 'frames')
  if (named.length === 0) wrong(at === '' ? 'It' : at, `names no fault: there are ${fields.join(', ')}.`)
  const count = (field: 'duplicate' | 'reorder', min: number) =>
    given[field] === undefined ? {} : { [field]: readWhole(given[field], inside(at, field), min, maxFrames) }
  return {
    ...readDrop(given['drop'], inside(at, 'drop')),
    ...(given['mute'] !== undefined && { mute: readWhole(given['mute'], inside(at, 'mute')) }),
    ...count('duplicate', 1),
    ...count('reorder', 2),
    ...(given['frames'] !== undefined && {
      frames: readOneOf(given['frames'], inside(at, 'frames'), ['events', 'all']),
    }),
    ...flag(given, at, 'expire'),
    ...flag(given, at, 'clear'),
  }
}

function readDrop(given: unknown, at: string): Pick<FaultRequest, 'drop'> {
  if (given === undefined) return {}
  if (given === 'links' || given === true) return { drop: 'links' }
  if (typeof given !== 'number') wrong(at, `must be "links", or how many events are lost, and is ${nameOf(given)}.`)
  return { drop: readWhole(given, at, 1, maxFrames) }
}

function flag(given: Record<string, unknown>, at: string, field: 'expire' | 'clear') {
  if (given[field] === undefined) return {}
  return given[field] === true ? { [field]: true as const } : wrong(inside(at, field), 'must be true, or left out.')
}

/** In a few words, for a log. */
export function wordsForFault({ clear, drop, duplicate, reorder, mute, expire }: FaultRequest): string {
  const words = [
    clear && 'faults are taken back',
    drop === 'links' && 'links are cut',
    typeof drop === 'number' && `${nextEvents(drop)} lost`,
    duplicate !== undefined && `${nextEvents(duplicate)} sent twice`,
    reorder !== undefined && `${nextEvents(reorder)} turned round`,
    mute !== undefined && (mute === 0 ? 'no longer mute' : `mute for ${mute / 1_000} s`),
    expire && 'tokens expire',
  ]
  return words.filter((word) => typeof word === 'string').join(', ')
}

const nextEvents = (count: number) => (count === 1 ? 'the next event is' : `the next ${count} events are`)
