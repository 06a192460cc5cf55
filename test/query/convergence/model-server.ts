// A server as small as one can be that has everything: entities with versions, events, and a REST face whose answers may be late,
// old, or not come at all.
import type { EventFrame, NewEvent } from '../../../src/hub/index.ts'

export interface Goal {
  id: number | string
  name: string
  status: 'open' | 'done'
  rank: number
  version: number
}

export const streams = ['goals:0', 'goals:1'] as const
export const pageSize = 3

export const byRank = (a: Goal, b: Goal) =>
  a.rank - b.rank || (String(a.id) < String(b.id) ? -1 : a.id === b.id ? 0 : 1)

interface Moment {
  readonly at: number
  readonly goals: ReadonlyMap<number, Goal>
  /** As text for the header. */
  readonly asOf: string
}

export interface ModelServer {
  create(fields: { name: string; rank: number }, mutationId?: string): Goal
  change(id: number, fields: Partial<Pick<Goal, 'name' | 'status' | 'rank'>>, mutationId?: string): Goal | null
  remove(id: number): void
  /** Something of which no event says what it was. */
  recount(id: number): void
  /** The log of events was lost with the process that kept it: what comes next belongs to another. */
  restarted(): void
  readonly ids: readonly number[]
  /** What the API would say. @param lagMs how old that is */
  list(status: Goal['status'], lagMs?: number): { data: Goal[]; asOf: string }
  detail(id: number, lagMs?: number): { data: Goal | { id: number; isGone: true }; asOf: string }
  page(after: Goal | null, lagMs?: number): { data: { items: Goal[]; next: Goal | null }; asOf: string }
  readonly all: readonly Goal[]
}

export function createModelServer(publish: (event: NewEvent) => EventFrame, asOf: () => string): ModelServer {
  const goals = new Map<number, Goal>()
  const moments: Moment[] = []
  let lastId = 0

  function remember() {
    moments.push({ at: Date.now(), goals: new Map(goals), asOf: asOf() })
  }

  const streamOf = (id: number) => streams[id % streams.length]!

  function save(goal: Goal & { id: number }, mutationId?: string): Goal {
    goals.set(goal.id, goal)
    publish({
      type: 'goal.saved',
      stream: streamOf(goal.id),
      payload: { goal },
      entity: { type: 'goal', id: String(goal.id), version: goal.version },
      ...(mutationId !== undefined && { origin: { mutationId } }),
    })
    remember()
    return goal
  }

  function at(lagMs: number): Moment {
    const until = Date.now() - lagMs
    return moments.findLast((moment) => moment.at <= until) ?? moments[0]!
  }

  const sorted = (moment: Moment) => [...moment.goals.values()].toSorted(byRank)

  remember()
  return {
    create: ({ name, rank }, mutationId) => save({ id: ++lastId, name, status: 'open', rank, version: 1 }, mutationId),
    change(id, fields, mutationId) {
      const goal = goals.get(id)
      return goal ? save({ ...goal, ...fields, id, version: goal.version + 1 }, mutationId) : null
    },
    remove(id) {
      const goal = goals.get(id)
      if (goal === undefined) return
      goals.delete(id)
      publish({
        type: 'goal.removed',
        stream: streamOf(id),
        payload: { id },
        entity: { type: 'goal', id: String(id), version: goal.version + 1 },
      })
      remember()
    },
    recount(id) {
      const goal = goals.get(id)
      if (goal === undefined) return
      goals.set(id, { ...goal, name: `${goal.name}'`, version: goal.version + 1 })
      publish({ type: 'goals.recounted', stream: streamOf(id), payload: {} })
      remember()
    },
    restarted: remember,
    get ids() {
      return [...goals.keys()]
    },
    list(status, lagMs = 0) {
      const moment = at(lagMs)
      return { data: sorted(moment).filter((goal) => goal.status === status), asOf: moment.asOf }
    },
    detail(id, lagMs = 0) {
      const moment = at(lagMs)
      return { data: moment.goals.get(id) ?? { id, isGone: true }, asOf: moment.asOf }
    },
    page(after, lagMs = 0) {
      const moment = at(lagMs)
      const rest = sorted(moment).filter((goal) => after === null || byRank(after, goal) < 0)
      const items = rest.slice(0, pageSize)
      return { data: { items, next: rest.length > pageSize ? items.at(-1)! : null }, asOf: moment.asOf }
    },
    get all() {
      return [...goals.values()].toSorted(byRank)
    },
  }
}
