export { realtimeHandlers } from './realtime-handlers.ts'
export type { RealtimeHandlersOptions } from './realtime-handlers.ts'
