// A scenario as a file says it: events with a name, and steps that tell or break something, one after the other. Playing it is player.ts.
import { type Clock, systemClock } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import { randomId } from '../base/random-id.ts'
import { nameOf, readEvent } from '../gateway/event-body.ts'
import type { NewEvent } from '../hub/event-log.ts'
import { travel } from '../hub/publishable.ts'
import { type FaultRequest, readFault } from './fault-request.ts'
import { findJsonFault } from './json-position.ts'
import { InputError, readObject, readOneOf, readWhole, wrong } from './reading.ts'
import { createTemplates, type Templates } from './template.ts'

export interface Scenario {
  /** What the file calls itself. */
  readonly name: string
  /** In the order of the file: the first nine have a key. */
  readonly events: ReadonlyMap<string, EventTemplate>
  readonly steps: readonly Step[]
  /** Whether the first step follows the last one. */
  readonly loop: boolean
  /** Whether the first step waits until a client has subscribed. */
  readonly begin: 'first-client' | 'at-once'
  /** Reads what is to be sent: the name of an event, an event, or an array of both. Throws an `InputError` that names the place. */
  readEmit(value: unknown, at: string): EventTemplate[]
  /** The event with everything filled in. */
  fill(template: EventTemplate): NewEvent
}

export interface Step {
  /** After the step before it, in ms. */
  afterMs: number
  emit: readonly EventTemplate[]
  fault: FaultRequest | null
  /** How often, and how long after the last time, in ms. */
  repeat: number
  everyMs: number
}

/** An event whose texts may hold templates. It was filled in once and found to be fit. */
export type EventTemplate = JsonObject

export interface ScenarioSurroundings {
  clock?: Clock
  newId?: () => string
}

/** Where events go that name no stream. */
export const defaultStream = 'mock'

const fields = ['$schema', 'name', 'description', 'begin', 'loop', 'lists', 'events', 'steps']
const stepFields = ['after', 'emit', 'fault', 'repeat', 'every']
const maxRepeat = 1_000_000
const maxEmitted = 100

/** Throws an `InputError`: it names the line where `text` is no JSON, else the place and what was expected there. */
export function parseScenario(text: string, surroundings?: ScenarioSurroundings): Scenario {
  const fault = findJsonFault(text)
  if (fault !== null) {
    throw new InputError(`line ${fault.line}, column ${fault.column}: expected ${fault.expected}.`)
  }
  return readScenario(JSON.parse(text), surroundings)
}

export function readScenario(
  value: unknown,
  { clock = systemClock, newId = randomId }: ScenarioSurroundings = {},
): Scenario {
  const given = readObject(value, '', 'a scenario', fields)
  const surroundings = { lists: readLists(given['lists']), now: clock.now, random: clock.random, newId }
  const templates = createTemplates(surroundings)
  // Else trying an event would already count.
  const readTemplate = createTemplateReader(createTemplates(surroundings))
  const events = new Map(
    Object.entries(readNamed(given['events'] ?? {}, 'events')).map(([name, event]) => [
      name,
      readTemplate(event, `events[${JSON.stringify(name)}]`),
    ]),
  )
  const readEmit = createEmitReader(events, readTemplate)
  const steps = readArray(given['steps'] ?? [], 'steps').map((step, index) =>
    readStep(step, `steps[${index}]`, readEmit),
  )
  if (events.size + steps.length === 0) wrong('It', 'has neither "events" nor "steps", so it has nothing to send.')
  const loop = readFlag(given['loop'], 'loop')
  if (loop && !steps.some(takesTime)) wrong('loop', 'would never pause: one step needs an "after" or an "every".')
  return {
    name: readName(given['name']),
    events,
    steps,
    loop,
    begin:
      given['begin'] === undefined ? 'first-client' : readOneOf(given['begin'], 'begin', ['first-client', 'at-once']),
    readEmit,
    fill: (template) => templates.fill(withStream(template)) as NewEvent,
  }
}

const takesTime = ({ afterMs, everyMs, repeat }: Step) => afterMs > 0 || (repeat > 1 && everyMs > 0)

// ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

type TemplateReader = (value: unknown, at: string) => EventTemplate

function createTemplateReader(trial: Templates): TemplateReader {
  return (value, at) => {
    trial.check(value, at)
    const read = readEvent(trial.fill(withStream(value)), at)
    if (!read.ok) throw new InputError(read.fault)
    const travelling = travel(read.event)
    if (!travelling.ok) throw new InputError(`${at}: ${travelling.error.message}`)
    return value as EventTemplate
  }
}

const withStream = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { stream: defaultStream, ...value } : value

function createEmitReader(events: ReadonlyMap<string, EventTemplate>, readTemplate: TemplateReader) {
  const readOne: TemplateReader = (value, at) => {
    if (typeof value !== 'string') return readTemplate(value, at)
    const names = [...events.keys()].map((name) => `"${name}"`).join(', ')
    return events.get(value) ?? wrong(at, `names the event "${value}", and "events" has ${names || 'none'}.`)
  }
  return (value: unknown, at: string): EventTemplate[] => {
    if (!Array.isArray(value)) return [readOne(value, at)]
    if (value.length > maxEmitted) wrong(at, `has ${value.length} events: at once there may be ${maxEmitted}.`)
    return value.map((item, index) => readOne(item, `${at}[${index}]`))
  }
}

// ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function readStep(value: unknown, at: string, readEmit: Scenario['readEmit']): Step {
  const given = readObject(value, at, 'a step', stepFields)
  const { after = 0, emit, fault, repeat, every } = given
  if (emit === undefined && fault === undefined) wrong(at, 'does nothing: it needs "emit" or "fault".')
  if (every !== undefined && repeat === undefined) wrong(`${at}.every`, 'needs "repeat" beside it: how often?')
  return {
    afterMs: readWhole(after, `${at}.after`),
    emit: emit === undefined ? [] : readEmit(emit, `${at}.emit`),
    fault: fault === undefined ? null : readFault(fault, `${at}.fault`),
    repeat: repeat === undefined ? 1 : readWhole(repeat, `${at}.repeat`, 1, maxRepeat),
    everyMs: every === undefined ? 0 : readWhole(every, `${at}.every`),
  }
}

// ── the rest ────────────────────────────────────────────────────────────────────────────────────────────────────────

function readLists(value: unknown): Record<string, unknown[]> {
  if (value === undefined) return {}
  const lists = Object.entries(readNamed(value, 'lists'))
  return Object.fromEntries(
    lists.map(([name, list]) => {
      const items = readArray(list, `lists.${name}`)
      return [name, items.length > 0 ? items : wrong(`lists.${name}`, 'is empty, so nothing can be picked from it.')]
    }),
  )
}

function readNamed(value: unknown, at: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  return wrong(at, `must be an object, and is ${nameOf(value)}.`)
}

function readArray(value: unknown, at: string): unknown[] {
  return Array.isArray(value) ? value : wrong(at, `must be an array, and is ${nameOf(value)}.`)
}

function readFlag(value: unknown, at: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  return wrong(at, `must be true or false, and is ${nameOf(value)}.`)
}

function readName(value: unknown): string {
  if (value === undefined) return 'unnamed'
  return typeof value === 'string' && value !== '' ? value : wrong('name', `must be a text, and is ${nameOf(value)}.`)
}
