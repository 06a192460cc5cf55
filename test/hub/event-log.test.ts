import { describe, expect, it } from 'vitest'
import { createEventLog } from '../../src/hub/event-log.ts'

describe('the event log', () => {
  it('forgets events of streams that fell silent, too', () => {
    let now = 0
    const log = createEventLog({ now: () => now, retentionMs: 300_000, maxPerStream: 1_000 })
    log.append({ id: 'old', type: 'a', stream: 'goal:1', payload: {} })
    now = 400_000
    log.append({ id: 'new', type: 'a', stream: 'goal:2', payload: {} })
    expect(log.find('old')).toBeUndefined()
    expect(log.find('new')?.frame.seq).toBe(1)
    expect(log.head('goal:1').seq).toBe(1)
  })
})
