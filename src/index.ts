// The front door of a browser app. Rooms with a door of their own: livecache/protocol, transports, client, hub, query,
// react, ui, toasts, goals, testing, gateway.
export * from './client/index.ts'
export { defineEvents, payload, versions } from './protocol/define-events.ts'
export type { EventTable, OlderVersion, PayloadOf, StandardSchema, VersionedSchema } from './protocol/define-events.ts'
export type { EventEntity, EventOrigin, RealtimeEvent } from './protocol/event.ts'
export type { Filters, Position } from './protocol/frames.ts'
export * from './query/index.ts'
export * from './react/index.ts'
export * from './toasts/index.ts'
export * from './goals/index.ts'
export * from './transports/index.ts'
export * from './ui/index.ts'
