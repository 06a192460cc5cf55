// Module augmentation tells the hooks which events an app has.
import type { EventTable, PayloadOf } from '../protocol/define-events.ts'
import type { RealtimeEvent } from '../protocol/event.ts'

/**
 * Augment it once, and hooks know the payloads of your events:
 * `declare module 'livecache/react' { interface Register { events: typeof events } }`
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- it exists to be augmented
export interface Register {}

type RegisteredEvents = Register extends { events: infer Events extends EventTable } ? Events : EventTable

/** Registered types by name, and any other text, for patterns and types the table does not know. */
export type EventName = Extract<keyof RegisteredEvents, string> | (string & {})

/** For a pattern, an event of any registered type; `unknown` payloads where the type is in no registered table. */
export type EventOf<Name extends string> = Name extends keyof RegisteredEvents
  ? RealtimeEvent<PayloadOf<RegisteredEvents[Name]>, Name>
  : Name extends `${string}*${string}`
    ? // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- only as long as nothing is registered
      RealtimeEvent<PayloadOf<RegisteredEvents[keyof RegisteredEvents]>>
    : RealtimeEvent
