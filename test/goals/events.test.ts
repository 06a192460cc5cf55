// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { goalEvents } from '../../src/goals/events.ts'
import { zoneOf } from '../../src/goals/zones.ts'
import { createRealtime } from '../../src/query/index.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const goal = { id: 7, name: 'Sail', status: 'active', version: 3 }
const action = { id: 'x', goalId: 7, name: 'Buy rope', priority: 'high', progress: 0.5 }
const by = { id: 'ada', name: 'Ada' }

/** One of each, as a server in snake_case would send it. */
const payloads: Record<keyof typeof goalEvents, object> = {
  'goal.created': { goal, by },
  'goal.activated': { goal_id: 7 },
  'goal.completed': { goal_id: 7, goal, at: '2026-11-26T12:00:00Z', by: null },
  'goal.cancelled': { goal_id: 7, goal: null },
  'goal.activity.created': {
    goal_id: 7,
    activity: { id: 1, goal_id: 7, kind: 'decision.created', text: 'Two masts', created_at: '2026-11-26T12:00:00Z' },
  },
  'action.created': { action: { ...action, goal_id: 7 } },
  'action.status_changed': { goal_id: 7, action_id: 'x', status: 'waiting' },
  'action.completed': { goal_id: 7, action_id: 'x' },
  'action.priority_changed': { goal_id: 7, action_id: 'x', priority: 'urgent' },
  'action.reassigned': { goal_id: 7, action_id: 'x', assignee: by },
  'action.progress_updated': { goal_id: 7, action_id: 'x', progress: 0.8 },
  'measure.reading.created': { measure_id: 'm', reading: { id: 1, measure_id: 'm', value: 4, at: 1_764_000_000_000 } },
  'issue.created': { issue: { id: 2, name: 'A leak', severity: 'critical', goal_id: 7 } },
  'issue.status_changed': { issue_id: 2, status: 'resolved' },
  'decision.created': { decision: { id: 3, name: 'Two masts', goal_id: 7 } },
  'attachment.created': { attachment: { id: 4, name: 'plan.pdf', goal_id: 7 } },
  'system.ping': {},
  'system.error': { code: 'E1', message: 'The disk is full' },
  'system.notice': { message: 'Maintenance at noon' },
}

async function deliver(type: string, payload: unknown) {
  const server = createTestServer()
  const realtime = createRealtime({ transports: [server.transport], events: goalEvents, onError: () => {} })
  const heard: RealtimeEvent[] = []
  realtime.on(type, (event) => heard.push(event))
  const letGo = realtime.hold()
  await vi.advanceTimersByTimeAsync(100)
  server.publish({ type, payload })
  await vi.advanceTimersByTimeAsync(100)
  letGo()
  const { quarantine } = realtime.inspect()
  realtime.dispose()
  server.hub.close()
  return { heard, quarantine }
}

describe('events of the domain', () => {
  it.each(Object.entries(payloads))('%s arrives in snake_case and is read in camelCase', async (type, payload) => {
    const { heard, quarantine } = await deliver(type, payload)
    expect(quarantine).toEqual([])
    expect(heard).toHaveLength(1)
    expect(JSON.stringify(heard[0]!.payload)).not.toMatch(/[a-z]_[a-z]+":/)
  })

  it.each([
    ['goal.created', { goal: { id: 7 } }, 'payload.goal.name'],
    ['goal.completed', {}, 'payload.goalId'],
    ['action.priority_changed', { goal_id: 7, action_id: 'x', priority: 'huge' }, 'payload.priority'],
    ['action.progress_updated', { goal_id: 7, action_id: 'x', progress: '80 %' }, 'payload.progress'],
    [
      'measure.reading.created',
      { measure_id: 'm', reading: { id: 1, measure_id: 'm', value: 4, at: 'noon' } },
      'payload.reading.at',
    ],
    ['goal.activity.created', { goal_id: 7, activity: null }, 'payload.activity'],
  ])('a %s that is wrong is put aside, and the place is named', async (type, payload, path) => {
    const { heard, quarantine } = await deliver(type, payload)
    expect(heard).toEqual([])
    expect(quarantine).toHaveLength(1)
    expect(JSON.stringify(quarantine[0])).toContain(path)
  })

  it('lets an app’s own fields through', async () => {
    const { heard } = await deliver('goal.created', { goal: { ...goal, colour: 'teal' } })
    expect(heard[0]!.payload).toMatchObject({ goal: { colour: 'teal' } })
  })
})

describe('a zone', () => {
  it.each([
    [90, { green: 80, amber: 60 }, 'green'],
    [80, { green: 80, amber: 60 }, 'green'],
    [70, { green: 80, amber: 60 }, 'amber'],
    [59, { green: 80, amber: 60 }, 'red'],
    // Less is better: days to answer.
    [2, { green: 2, amber: 4 }, 'green'],
    [3, { green: 2, amber: 4 }, 'amber'],
    [5, { green: 2, amber: 4 }, 'red'],
  ] as const)('of %s in %o is %s', (value, thresholds, zone) => {
    expect(zoneOf(value, thresholds)).toBe(zone)
  })
})
