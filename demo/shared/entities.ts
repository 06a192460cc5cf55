// What the workspace is made of, as REST answers it and as events carry it.

export interface Person {
  id: string
  name: string
}

export interface Entity {
  id: string
  /** Grows by one with each change, so that of two copies the newer one can be told. */
  version: number
  /** ISO 8601. */
  createdAt: string
  updatedAt: string
  updatedBy: Person
}

export const areas = ['growth', 'product', 'operations', 'finance', 'people'] as const
export type Area = (typeof areas)[number]

export type Currency = 'NGN' | 'EUR' | 'USD'
export type Unit = Currency | 'percent' | 'count' | 'hours' | 'days'

/** Goes from `start` to `target`, upwards or downwards. */
export interface Amount {
  start: number
  value: number
  target: number
  currency: Currency
}

/** `at-risk`: an issue is open. `off-track`: one that blocks is. */
export type Health = 'on-track' | 'at-risk' | 'off-track' | 'completed'

/** The figures are derived from what belongs to the goal, so a change of that is a change of the goal too. */
export interface Goal extends Entity {
  name: string
  area: Area
  owner: Person
  health: Health
  /** 0 to 1: how far its measures have come; without measures, the share of its actions that are done. */
  progress: number
  /** Its measure in money, where it has one. */
  amount: Amount | null
  actions: { done: number; total: number }
  openIssues: number
}

export interface Action extends Entity {
  goalId: string
  name: string
  done: boolean
}

/** Goes from `start` to `target`, upwards or downwards. */
export interface Measure extends Entity {
  goalId: string
  name: string
  unit: Unit
  start: number
  value: number
  target: number
}

export interface Issue extends Entity {
  goalId: string
  name: string
  severity: 'risk' | 'blocker'
  resolved: boolean
}

/** What a session answers: who is signed in, and with what. */
export interface Session {
  token: string
  /** Epoch ms. */
  expiresAt: number
  person: Person
}

/** What every error answer of the API looks like. */
export interface ErrorBody {
  code: string
  message: string
}
