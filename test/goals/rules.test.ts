// @vitest-environment node
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createGoalKeys, goalCacheRules, goalEvents, goalKeys, goalToastRules } from '../../src/goals/index.ts'
import { rulesFor, type ToastDraft } from '../../src/toasts/toast-rules.ts'
import { createRealtime, type Rules } from '../../src/query/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const sail = { id: 'g1', name: 'Sail', status: 'active', version: 1 }
const rope = { id: 'a1', goalId: 'g1', name: 'Buy rope', status: 'open', priority: 'low', progress: 0, assignee: null }

async function setUp(rules: Rules<typeof goalEvents> = goalCacheRules()) {
  const server = createTestServer()
  const realtime = createRealtime({ transports: [server.transport], events: goalEvents, rules })
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  queryClient.setQueryData(goalKeys.list('all'), [sail])
  queryClient.setQueryData(goalKeys.detail('g1'), sail)
  queryClient.setQueryData(goalKeys.dashboard('home'), { completed: 0 })
  queryClient.setQueryData(goalKeys.actions('g1'), [rope])
  queryClient.setQueryData(goalKeys.readings('m1'), [])
  queryClient.setQueryData(goalKeys.issues('g1'), [])
  queryClient.setQueryData(goalKeys.decisions('g1'), [])
  const unbind = realtime.bindQueryClient(queryClient)
  const letGo = realtime.hold()
  await vi.advanceTimersByTimeAsync(5_000)
  for (const query of queryClient.getQueryCache().getAll()) query.setState({ isInvalidated: false })
  return {
    queryClient,
    async tell(type: string, payload: object) {
      server.publish({ type, payload })
      await vi.advanceTimersByTimeAsync(100)
    },
    isStale: (key: readonly unknown[]) => queryClient.getQueryState(key)?.isInvalidated,
    end() {
      letGo()
      unbind()
      realtime.dispose()
    },
  }
}

describe('the cache rules', () => {
  it('change a goal in lists and detail, and have dashboards fetched', async () => {
    const app = await setUp()
    await app.tell('goal.completed', { goalId: 'g1' })
    expect(app.queryClient.getQueryData(goalKeys.list('all'))).toMatchObject([{ status: 'completed' }])
    expect(app.queryClient.getQueryData(goalKeys.detail('g1'))).toMatchObject({ status: 'completed' })
    expect(app.isStale(goalKeys.dashboard('home'))).toBe(true)
    app.end()
  })

  it('keep the newer of two copies of a goal', async () => {
    const app = await setUp()
    await app.tell('goal.cancelled', { goalId: 'g1', goal: { ...sail, status: 'cancelled', version: 5 } })
    await app.tell('goal.activated', { goalId: 'g1', goal: { ...sail, version: 4 } })
    expect(app.queryClient.getQueryData(goalKeys.detail('g1'))).toMatchObject({ status: 'cancelled', version: 5 })
    app.end()
  })

  it('have a list fetched that a new goal may belong to, or put it there where the app says so', async () => {
    const unsure = await setUp()
    await unsure.tell('goal.created', { goal: { id: 'g2', name: 'Row' } })
    expect(unsure.queryClient.getQueryData(goalKeys.list('all'))).toHaveLength(1)
    expect(unsure.isStale(goalKeys.list('all'))).toBe(true)
    unsure.end()
    const sure = await setUp(goalCacheRules({ isListed: () => true }))
    await sure.tell('goal.created', { goal: { id: 'g2', name: 'Row', version: 1 } })
    expect(sure.queryClient.getQueryData(goalKeys.list('all'))).toMatchObject([{ id: 'g2' }, { id: 'g1' }])
    sure.end()
  })

  it.each([
    ['action.status_changed', { status: 'waiting' }, { status: 'waiting' }],
    ['action.completed', {}, { status: 'completed', progress: 1 }],
    ['action.priority_changed', { priority: 'urgent' }, { priority: 'urgent' }],
    ['action.reassigned', { assignee: { id: 'b', name: 'Bo' } }, { assignee: { id: 'b', name: 'Bo' } }],
    ['action.progress_updated', { progress: 0.4 }, { progress: 0.4 }],
  ])('%s changes the action, and the goal is fetched for its figures', async (type, payload, expected) => {
    const app = await setUp()
    await app.tell(type, { goalId: 'g1', actionId: 'a1', ...payload })
    expect(app.queryClient.getQueryData(goalKeys.actions('g1'))).toMatchObject([expected])
    expect(app.isStale(goalKeys.detail('g1'))).toBe(true)
    app.end()
  })

  it('put what is new under its goal: actions, readings in order of time, issues, decisions', async () => {
    const app = await setUp()
    await app.tell('action.created', { action: { ...rope, id: 'a2' } })
    expect(app.queryClient.getQueryData(goalKeys.actions('g1'))).toHaveLength(2)
    const reading = (id: string, at: number) => ({ measureId: 'm1', reading: { id, measureId: 'm1', value: 1, at } })
    await app.tell('measure.reading.created', reading('later', 2_000))
    await app.tell('measure.reading.created', reading('earlier', 1_000))
    expect(app.queryClient.getQueryData(goalKeys.readings('m1'))).toMatchObject([{ id: 'earlier' }, { id: 'later' }])
    await app.tell('issue.created', { issue: { id: 'i1', goalId: 'g1', name: 'A leak', status: 'open' } })
    await app.tell('issue.status_changed', { issueId: 'i1', status: 'resolved' })
    expect(app.queryClient.getQueryData(goalKeys.issues('g1'))).toMatchObject([{ id: 'i1', status: 'resolved' }])
    await app.tell('decision.created', { decision: { id: 'd1', goalId: 'g1', name: 'Two masts' } })
    expect(app.queryClient.getQueryData(goalKeys.decisions('g1'))).toHaveLength(1)
    app.end()
  })

  it('take an app’s own keys', async () => {
    const keys = createGoalKeys('objectives')
    const app = await setUp(goalCacheRules({ keys }))
    app.queryClient.setQueryData(keys.detail(1), { ...sail, id: 1 })
    await app.tell('goal.completed', { goalId: 1 })
    expect(app.queryClient.getQueryData(['objectives', 'detail', '1'])).toMatchObject({ status: 'completed' })
    expect(app.queryClient.getQueryData(goalKeys.detail('g1'))).toMatchObject({ status: 'active' })
    app.end()
  })
})

describe('the toast rules', () => {
  const rules = goalToastRules({ hrefOf: (goalId) => `/goals/${goalId}` })
  const draftOf = (type: string, payload: object): ToastDraft | null => {
    const [found] = rulesFor(rules, type)
    return (found?.[1]({ type, payload } as never) ?? null) as ToastDraft | null
  }

  it.each([
    ['goal.created', { goal: sail, by: { id: 'a', name: 'Ada' } }, 'New goal: Sail', undefined],
    ['goal.completed', { goalId: 'g1', goal: sail }, 'Goal completed: Sail', 'high'],
    ['action.created', { action: { ...rope, priority: 'urgent' } }, 'High priority: Buy rope', 'high'],
    ['issue.created', { issue: { id: 1, name: 'A leak', severity: 'critical' } }, 'Critical issue: A leak', 'critical'],
    [
      'measure.reading.created',
      { measureId: 'm', name: 'Speed', reading: { id: 1, measureId: 'm', value: 1_200, at: 0, zone: 'red' } },
      'Speed is off target at 1,200',
      'high',
    ],
    ['system.notice', { message: 'Maintenance at noon' }, 'Maintenance at noon', undefined],
  ])('tell of a %s', (type, payload, title, priority) => {
    const draft = draftOf(type, payload)
    expect(draft?.title).toBe(title)
    expect(draft?.priority).toBe(priority)
  })

  it.each([
    ['action.created', { action: rope }],
    ['issue.created', { issue: { id: 1, name: 'A scratch', severity: 'low' } }],
    ['measure.reading.created', { measureId: 'm', reading: { id: 1, measureId: 'm', value: 1, at: 0, zone: 'green' } }],
  ])('say nothing of a %s that is no news', (type, payload) => {
    expect(draftOf(type, payload)).toBeNull()
  })

  it('lead to the goal', () => {
    expect(draftOf('goal.created', { goal: sail })).toMatchObject({ link: { href: '/goals/g1' } })
  })
})
