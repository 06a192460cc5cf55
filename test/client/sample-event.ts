// An event as the decoder hands it over, for tests of what comes behind it.
import type { RealtimeEvent } from '../../src/protocol/index.ts'

export function sampleEvent(fields: Partial<RealtimeEvent> = {}): RealtimeEvent {
  return {
    id: 'E1',
    type: 'goal.created',
    time: 0,
    timeEstimated: false,
    payload: {},
    entity: null,
    meta: {},
    replayed: false,
    transport: 'scripted',
    receivedAt: 0,
    raw: {},
    ...fields,
  }
}
