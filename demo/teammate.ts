// A colleague at work: changes something every few seconds, through the REST API and nothing else. Works for ever without
// the workspace growing: what is created is bounded, and what is moved forward is moved back in time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Action, ErrorBody, Goal, Issue, Measure, Session } from './shared/entities.ts'

const { DEMO_ADDRESS: address, TEAMMATE_PACE_MS } = process.env
const paceMs = Number(TEAMMATE_PACE_MS ?? Number.NaN)
const userId = 'tunde'
const retryMs = 250

const newActions = [
  'Ask three customers what still bothers them',
  'Write up what was learned this week',
  'Agree on the next step with finance',
  'Check the numbers against last month',
  'Prepare the review for Thursday',
]
const newIssues = [
  'A supplier answers a week late',
  'The numbers of two reports do not agree',
  'Legal needs another look at the contract',
]
/** More than these, and the teammate finishes and tidies up instead of adding. */
const maxActions = 8
const maxOpenIssues = 4

let session: Session | null = null

/** Waits for the server as long as it is away. */
async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  for (;;) {
    const answer = await attempt(method, path, body).catch(() => null)
    if (answer?.ok) return (await answer.json()) as Answer
    if (answer?.status === 401) session = null
    else if (answer !== null && answer.status < 500) throw new Refused(await answer.json())
    await sleep(retryMs)
  }
}

class Refused extends Error {
  constructor(body: unknown) {
    super((body as ErrorBody).message)
  }
}

async function attempt(method: string, path: string, body?: object): Promise<Response> {
  session ??= await signIn()
  return fetch(`${address}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${session.token}`, 'content-type': 'application/json', 'x-page-id': 'teammate' },
    ...(body && { body: JSON.stringify(body) }),
  })
}

async function signIn(): Promise<Session> {
  const response = await fetch(`${address}/api/session`, { method: 'POST', body: JSON.stringify({ userId }) })
  if (!response.ok) throw new Error(`the session was refused: ${response.status}`)
  return (await response.json()) as Session
}

// ── what there is to do ─────────────────────────────────────────────────────────────────────────────────────────

const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(Math.random() * items.length)]

async function moveMeasure(goal: Goal) {
  const measure = pick(await call<Measure[]>('GET', `/goals/${goal.id}/measures`))
  if (measure === undefined) return
  const { start, value, target, unit } = measure
  const share = (value - start) / (target - start)
  // What is nearly reached is revised downwards, so that there is always something left to do.
  const step = (0.01 + Math.random() * 0.03) * (share > 0.93 ? -8 : 1)
  await call('PATCH', `/measures/${measure.id}`, {
    value: rounded(start + (share + step) * (target - start), value, unit),
  })
}

/** As people write it down: money to the hundred or so, counts whole; always another value than before. */
function rounded(next: number, before: number, unit: Measure['unit']): number {
  const digits = unit === 'percent' || unit === 'hours' ? 1 : 0
  const grain = digits === 1 ? 0.1 : Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, Math.abs(next)))) - 3))
  const value = Number((Math.round(next / grain) * grain).toFixed(digits))
  return value === before ? Number((before + (next < before ? -grain : grain)).toFixed(digits)) : value
}

async function workOnActions(goal: Goal) {
  const actions = await call<Action[]>('GET', `/goals/${goal.id}/actions`)
  const own = actions.filter(({ name }) => newActions.includes(name))
  const finished = own.find(({ done }) => done)
  if (actions.length >= maxActions && finished !== undefined) return call('DELETE', `/actions/${finished.id}`)
  const name = pick(newActions.filter((candidate) => !own.some((action) => action.name === candidate)))
  if (name !== undefined && actions.length < maxActions && Math.random() < 0.3) {
    return call('POST', `/goals/${goal.id}/actions`, { name })
  }
  const open = actions.filter(({ done }) => !done)
  // Mostly forward; now and then something done turns out not to be.
  const action = open.length > 1 && Math.random() < 0.7 ? pick(open) : pick(actions)
  if (action !== undefined) await call('PATCH', `/actions/${action.id}`, { done: !action.done })
  return undefined
}

async function workOnIssues(goal: Goal, openIssues: number) {
  const issues = await call<Issue[]>('GET', `/goals/${goal.id}/issues`)
  const open = issues.find(({ resolved }) => !resolved)
  if (open !== undefined && (openIssues >= maxOpenIssues || Math.random() < 0.6)) {
    return call('PATCH', `/issues/${open.id}`, { resolved: true })
  }
  if (openIssues >= maxOpenIssues) return undefined
  const name = pick(newIssues)!
  const known = issues.find((issue) => issue.name === name)
  if (known === undefined) return call('POST', `/goals/${goal.id}/issues`, { name, severity: 'risk' })
  return call('PATCH', `/issues/${known.id}`, { resolved: !known.resolved })
}

async function work() {
  // Every other time it is the other rooms' turn.
  if (Math.random() < 0.5) return call('POST', '/happen')
  const goals = await call<Goal[]>('GET', '/goals')
  const goal = pick(goals.filter(({ health }) => health !== 'completed'))
  if (goal === undefined) return undefined
  const chance = Math.random()
  if (chance < 0.5) await moveMeasure(goal)
  else if (chance < 0.85) await workOnActions(goal)
  else
    await workOnIssues(
      goal,
      goals.reduce((total, { openIssues }) => total + openIssues, 0),
    )
  return undefined
}

process.on('SIGINT', () => {})
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))

for (;;) {
  await sleep(Number.isFinite(paceMs) ? paceMs : 2_000 + Math.random() * 4_000)
  // What was picked may have been deleted meanwhile by somebody else: there is other work.
  await work().catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error
  })
}
