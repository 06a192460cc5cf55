// The workspace that stories look at: a small company's goals, what happens to them, and what each event does to the cache.
import {
  defineEvents,
  payload,
  upsert,
  type EventEntity,
  type PayloadOf,
  type Rules,
  type StreamBindings,
} from 'livecache'

export interface Person {
  id: string
  name: string
}

export interface Goal {
  id: string
  name: string
  owner: Person
  /** 0 to 1. */
  progress: number
  status: 'on-track' | 'at-risk' | 'completed'
  amount: { value: number; target: number; currency: 'NGN' | 'EUR' | 'USD' } | null
  openIssues: number
  /** Grows by one with each change. */
  version: number
  /** ISO 8601. */
  updatedAt: string
}

export interface GoalChange {
  by: Person
  goal: Goal
}

export interface Transaction {
  id: string
  payer: string
  amount: number
  currency: 'NGN' | 'EUR' | 'USD'
}

export interface Booking {
  id: string
  guest: string
  room: string
  before: BookingStatus
  status: BookingStatus
}
export type BookingStatus = 'requested' | 'confirmed' | 'checked-in' | 'cancelled'

export interface Issue {
  id: string
  title: string
  severity: 'info' | 'warning' | 'critical'
}

export const events = defineEvents({
  'goal.created': payload<GoalChange>(),
  'goal.updated': payload<GoalChange>(),
  'goal.completed': payload<GoalChange>(),
  'transaction.settled': payload<{ by: Person; transaction: Transaction; goal: Goal }>(),
  'booking.status_changed': payload<{ by: Person; booking: Booking }>(),
  'issue.created': payload<{ by: Person; issue: Issue; goal: Goal }>(),
})

export type WorkspaceEvents = typeof events
export type WorkspaceEventType = keyof WorkspaceEvents

/** An event of the workspace, ready for the server. */
export type WorkspaceEvent = {
  [Type in WorkspaceEventType]: {
    type: Type
    payload: PayloadOf<WorkspaceEvents[Type]>
    stream: string
    entity: EventEntity
  }
}[WorkspaceEventType]

export const goalsKey = ['goals'] as const

const putGoal = (goal: Goal) =>
  upsert<Goal>(goalsKey, goal, { where: () => true, at: 'start', version: ({ version }) => version })

export const rules: Rules<WorkspaceEvents> = {
  'goal.created': ({ payload: { goal } }) => putGoal(goal),
  'goal.updated': ({ payload: { goal } }) => putGoal(goal),
  'goal.completed': ({ payload: { goal } }) => putGoal(goal),
  'transaction.settled': ({ payload: { goal } }) => putGoal(goal),
  'issue.created': ({ payload: { goal } }) => putGoal(goal),
}

/** Named outright, so that each is live before its first event. */
export const streams = ['team:goals', 'team:bookings', 'user:lena'] as const

export const bindings: StreamBindings = { 'team:goals': [goalsKey], 'team:bookings': [], 'user:*': [] }

export const people = {
  adaeze: { id: 'adaeze', name: 'Adaeze Okafor' },
  lena: { id: 'lena', name: 'Lena Brandt' },
  tunde: { id: 'tunde', name: 'Tunde Bakare' },
  mara: { id: 'mara', name: 'Mara Lindqvist' },
} as const satisfies Record<string, Person>

const ago = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()

function firstGoals(): Goal[] {
  const { adaeze, lena, tunde, mara } = people
  return [
    {
      id: 'g1',
      name: 'Open the second guest house in Lagos',
      owner: adaeze,
      progress: 0.62,
      status: 'on-track',
      amount: { value: 31_400_000, target: 48_000_000, currency: 'NGN' },
      openIssues: 0,
      version: 14,
      updatedAt: ago(4),
    },
    {
      id: 'g2',
      name: 'Answer every booking within two hours',
      owner: lena,
      progress: 0.81,
      status: 'on-track',
      amount: null,
      openIssues: 0,
      version: 9,
      updatedAt: ago(26),
    },
    {
      id: 'g3',
      name: 'Bring overdue invoices below 5,000 euros',
      owner: mara,
      progress: 0.35,
      status: 'at-risk',
      amount: { value: 9_250, target: 5_000, currency: 'EUR' },
      openIssues: 1,
      version: 22,
      updatedAt: ago(95),
    },
    {
      id: 'g4',
      name: 'Train the front desk on the new locks',
      owner: tunde,
      progress: 0.9,
      status: 'on-track',
      amount: null,
      openIssues: 0,
      version: 6,
      updatedAt: ago(180),
    },
  ]
}

/** What happens, in turn: each step changes the goals and answers the event that tells of it. */
type Step = (goals: Goal[], turn: number) => WorkspaceEvent

const newGoals = [
  'Move the laundry to solar power',
  'Offer breakfast from six in the morning',
  'Halve the no-shows of group bookings',
  'Print the house rules in Yoruba and Igbo',
  'Repaint the courtyard before the rains',
  'Hire a second night porter',
]
const payers = ['Kano Textiles', 'Studio Havn', 'Orchid Travel', 'Bright Path School']
const guests = ['Ngozi Eze', 'Henrik Aas', 'Fatima Bello', 'Clara Weiss']
const issues = [
  { title: 'The lock supplier cannot deliver before the 20th', severity: 'warning' },
  { title: 'Card payments fail at the front desk', severity: 'critical' },
  { title: 'Two reviews mention slow Wi-Fi on the third floor', severity: 'info' },
] as const satisfies Omit<Issue, 'id'>[]

const steps: Record<WorkspaceEventType, Step> = {
  'goal.updated'(goals, turn) {
    const goal = change(goals, turn, ({ progress }) => ({ progress: further(progress) }))
    return goalEvent('goal.updated', goal)
  },
  'transaction.settled'(goals, turn) {
    const transaction: Transaction = {
      id: `t${turn}`,
      payer: pick(payers, turn),
      amount: 1_250 + 180 * (turn % 7),
      currency: 'EUR',
    }
    const goal = change(goals, turn, ({ progress }) => ({ progress: further(progress) }))
    return {
      ...goalEvent('goal.updated', goal),
      type: 'transaction.settled',
      payload: { by: people.mara, transaction, goal },
      entity: { type: 'transaction', id: transaction.id },
    }
  },
  'booking.status_changed'(_goals, turn) {
    const [before, status] =
      turn % 2 === 0 ? (['requested', 'confirmed'] as const) : (['confirmed', 'checked-in'] as const)
    const booking: Booking = {
      id: `b${turn}`,
      guest: pick(guests, turn),
      room: `Room ${4 + (turn % 9)}`,
      before,
      status,
    }
    return {
      type: 'booking.status_changed',
      payload: { by: people.lena, booking },
      stream: 'team:bookings',
      entity: { type: 'booking', id: booking.id },
    }
  },
  'issue.created'(goals, turn) {
    const issue: Issue = { id: `i${turn}`, ...pick(issues, turn) }
    const goal = change(goals, turn, ({ openIssues }) => ({ openIssues: openIssues + 1, status: 'at-risk' }))
    return {
      ...goalEvent('goal.updated', goal),
      type: 'issue.created',
      payload: { by: people.tunde, issue, goal },
      entity: { type: 'issue', id: issue.id },
    }
  },
  'goal.completed'(goals, turn) {
    const goal = change(goals, turn, () => ({ progress: 1, status: 'completed', openIssues: 0 }))
    return goalEvent('goal.completed', goal)
  },
  'goal.created'(goals, turn) {
    const goal: Goal = {
      id: `n${turn}`,
      name: pick(newGoals, turn),
      owner: pick(Object.values(people), turn),
      progress: 0,
      status: 'on-track',
      amount: null,
      openIssues: 0,
      version: 1,
      updatedAt: new Date().toISOString(),
    }
    goals.unshift(goal)
    return goalEvent('goal.created', goal)
  },
}

/** Most of a day is small progress. */
const day: readonly WorkspaceEventType[] = [
  'goal.updated',
  'transaction.settled',
  'goal.updated',
  'booking.status_changed',
  'goal.updated',
  'issue.created',
  'goal.updated',
  'booking.status_changed',
  'goal.completed',
  'goal.created',
]

export interface Workspace {
  /** As the server's database has them, newest first. */
  readonly goals: readonly Goal[]
  /** Lets the next thing happen. @param type what kind of thing. @default what is next in the day */
  next(type?: WorkspaceEventType): WorkspaceEvent
}

export function createWorkspace(): Workspace {
  const goals = firstGoals()
  const turns = new Map<WorkspaceEventType, number>()
  let past = 0
  return {
    get goals() {
      return goals.map((goal) => ({ ...goal }))
    },
    next(type = likely(day[past++ % day.length]!, goals)) {
      const turn = turns.get(type) ?? 0
      turns.set(type, turn + 1)
      return steps[type](goals, turn)
    },
  }
}

/** However long a day lasts, there are goals to work on, and not more than anybody would read. */
function likely(type: WorkspaceEventType, goals: readonly Goal[]): WorkspaceEventType {
  if (type === 'goal.created' && goals.length > 6) return 'goal.updated'
  return type === 'goal.completed' && goals.filter(isOpen).length < 4 ? 'goal.updated' : type
}

const isOpen = ({ status }: Goal) => status !== 'completed'

/** Changes one of the goals that are not completed, if there is any. */
function change(goals: Goal[], turn: number, changes: (goal: Goal) => Partial<Goal>): Goal {
  const open = goals.filter(isOpen)
  const goal = pick(open.length > 0 ? open : goals, turn)
  const changed = { ...goal, ...changes(goal), version: goal.version + 1, updatedAt: new Date().toISOString() }
  goals[goals.indexOf(goal)] = changed
  return changed
}

function goalEvent<Type extends 'goal.created' | 'goal.updated' | 'goal.completed'>(type: Type, goal: Goal) {
  const entity = { type: 'goal', id: goal.id, version: goal.version }
  return { type, payload: { by: goal.owner, goal }, stream: 'team:goals', entity }
}

const pick = <Item>(items: readonly Item[], turn: number): Item => items[turn % items.length]!
/** A little, and never all the way. */
const further = (progress: number) => Math.min(0.99, Math.round(progress * 100 + 3) / 100)
