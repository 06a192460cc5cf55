import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineEvents, payload } from '../../src/protocol/index.ts'
import { type Rules, upsert } from '../../src/query/index.ts'
import { buildEvent, createTestRealtime, eventFactory } from '../../src/testing/index.ts'

interface Goal {
  id: string
  name: string
  rank: number
}
const events = defineEvents({
  'goal.created': payload<{ goal: Goal }>(),
  'goal.renamed': z.object({ goalId: z.string(), name: z.string().min(1) }),
  'goal.counted': payload<number>(),
})

describe('buildEvent', () => {
  it('builds a whole event of a type alone', () => {
    const before = Date.now()
    const event = buildEvent('goal.created')
    expect(event).toMatchObject({ type: 'goal.created', payload: {}, stream: 'test', entity: null, replayed: false })
    expect(event.time).toBeGreaterThanOrEqual(before)
    expect(buildEvent('goal.created').id).not.toBe(event.id)
  })

  it('builds one that a server of a test publishes as it is', async () => {
    const { realtime, server, settle, dispose } = createTestRealtime()
    const heard: unknown[] = []
    realtime.on('*', (event) => {
      const { id, entity, origin, stream, v } = event
      heard.push({ id, payload: event.payload, entity, origin, stream, v })
    })
    realtime.hold()
    await settle()
    const fields = {
      id: 'e7',
      payload: { n: 1 },
      entity: { type: 'goal', id: 'g1', version: 3 },
      origin: { mutationId: 'm1' },
      stream: 'tenant:3',
      v: 2,
    }
    server.publish(buildEvent('goal.created', fields))
    await settle()
    expect(heard).toEqual([fields])
    dispose()
  })

  it('builds one that a rule can be tried with, without a server', () => {
    const rule = ({ payload: { goal } }: { payload: { goal: Goal } }) => upsert<Goal>(['goals'], goal)
    const built = buildEvent('goal.created', { payload: { goal: { id: 'g1', name: 'Launch', rank: 1 } } })
    expect(rule(built)).toEqual(upsert<Goal>(['goals'], { id: 'g1', name: 'Launch', rank: 1 }))
  })
})

describe('a factory of events', () => {
  const build = eventFactory(events, {
    'goal.renamed': (n) => ({ goalId: `g${n}`, name: 'Launch' }),
  })

  it('fills in what a test does not name', () => {
    expect(build('goal.renamed').payload).toEqual({ goalId: 'g1', name: 'Launch' })
    expect(build('goal.renamed', { payload: { name: 'Grow' } }).payload).toEqual({ goalId: 'g2', name: 'Grow' })
  })

  it('has the types of its table: what has no default is named whole', () => {
    expect(build('goal.counted', { payload: 3 }).payload).toBe(3)
    // @ts-expect-error -- a payload is wanted
    expect(build('goal.counted').payload).toEqual({})
    // @ts-expect-error -- a number is wanted
    expect(build('goal.counted', { payload: 'three' }).payload).toBe('three')
    const goal: Goal = build('goal.created', { payload: { goal: { id: 'g1', name: 'Launch', rank: 1 } } }).payload.goal
    expect(goal.name).toBe('Launch')
    const rules: Rules<typeof events> = { 'goal.renamed': ({ payload: { name } }) => upsert(['goals'], { id: name }) }
    expect(createTestRealtime({ events, rules }).dispose()).toBeUndefined()
  })

  it('builds nothing that the schema refuses, and says why', () => {
    expect(() => build('goal.renamed', { payload: { name: '' } })).toThrow(
      expect.objectContaining({ code: 'invalid-payload', message: expect.stringContaining('payload.name') as string }),
    )
  })

  it('builds nothing that is not in the table, and says what is', () => {
    // @ts-expect-error -- there is no such type
    expect(() => build('goal.removed', { payload: {} })).toThrow(
      expect.objectContaining({
        code: 'unknown-event',
        message: expect.stringContaining('goal.created, goal.renamed, goal.counted') as string,
      }),
    )
  })
})
