// Whether an event is what the table says: what passes here, every client with the same table takes. Its shape and its size are
// publishable.ts.
import { RealtimeError, type RealtimeErrorCode } from '../base/errors.ts'
import { nearestTo } from '../base/nearest.ts'
import { maxFrameDepth } from '../protocol/codec.ts'
import { checkPayload, type EventTable, isVersioned, type StandardSchema } from '../protocol/define-events.ts'
import { isPattern, matchesEventType } from '../protocol/filter.ts'
import { renameKeys } from '../protocol/rename-keys.ts'
import type { NewEvent } from './event-log.ts'

export interface ContractOptions {
  /** Paths whose keys are data and keep their spelling, as clients have it in their option of this name. @default [] */
  exempt?: readonly string[] | undefined
}

export type Checked = { ok: true; event: NewEvent } | { ok: false; error: RealtimeError }

export interface Contract {
  /**
   * The event as it may be published: as given, transforms are for the clients to apply; with the current `v` where its type has versions and
   * it names none. Or why not: `unknown-event`, `invalid-payload`. Never throws.
   * @param event as it travels (publishable.ts), with dates as text: that is what clients check
   */
  check(event: NewEvent): Checked
}

/** @param events left out: whatever can travel may be published */
export function createContract(events: EventTable | undefined, { exempt = [] }: ContractOptions = {}): Contract {
  if (events === undefined) return { check: (event) => ({ ok: true, event }) }
  const table = events
  const naming = { exempt: new Set(exempt), maxDepth: maxFrameDepth }

  function judge(event: NewEvent): Checked {
    const { type } = event
    const row = Object.hasOwn(table, type) ? table[type] : undefined
    if (row === undefined) return refused('unknown-event', whyUnknown(type, Object.keys(table)))
    const known = versionsOf(row)
    const v = event.v ?? known?.at(-1)
    if (known !== null && !known.includes(v!)) return refused('invalid-payload', whyNoVersion(event, known))
    // Clients read names of keys in camelCase, so whoever publishes may write them in either way.
    const { payload } = renameKeys({ payload: event.payload }, naming) as { payload: unknown }
    const checked = checkPayload(row, payload, v)
    if (!checked.ok) return refused('invalid-payload', whyInvalid(type, checked.reason))
    return { ok: true, event: v === undefined || v === event.v ? event : { ...event, v } }
  }

  return {
    check(event) {
      try {
        return judge(event)
      } catch (cause) {
        return refused(
          'invalid-payload',
          'An event was not published, since checking it threw. Publish plain data.',
          cause,
        )
      }
    },
  }
}

const refused = (code: RealtimeErrorCode, message: string, cause?: unknown): Checked => ({
  ok: false,
  error: new RealtimeError(code, message, { cause }),
})

/** Oldest first; null where the type has none. */
function versionsOf(row: StandardSchema): number[] | null {
  if (!isVersioned(row)) return null
  const { current, older } = row['~versions']
  return [...older.map(({ version }) => version), current]
}

function whyNoVersion({ type, v }: NewEvent, known: readonly number[]): string {
  return `"${type}" was not published: it says version ${brief(String(v))}, which no client could read (known: ${known.join(', ')}). Leave "v" out to publish the newest, or add the version to the table of events.`
}

function whyInvalid(type: string, reason: string): string {
  return `"${type}" was not published, since clients would refuse it by their table of events: ${brief(reason, 500)}. Publish what the schema takes, or change the schema for both ends.`
}

function whyUnknown(type: unknown, known: readonly string[]): string {
  const wanted = String(type)
  const pattern = known.find((name) => isPattern(name) && matchesEventType(name, wanted))
  const nearest = nearestTo(wanted, known).map(({ name }) => `"${brief(name)}"`)
  const hint =
    pattern === undefined
      ? `Nearest in the table: ${nearest.join(', ') || 'nothing, it is empty'}.`
      : `"${brief(pattern)}" in the table is a pattern, and the table needs each type by its name.`
  return `"${brief(wanted)}" was not published, since the table of events does not have it and no client would know what it is. ${hint} Mend the type, or add it to defineEvents() for both ends.`
}

/** What is told to clients has to fit into a frame. */
const brief = (text: string, length = 80) => (text.length > length ? `${text.slice(0, length)}…` : text)
