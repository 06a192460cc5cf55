// What surrounds a goal, as REST answers it and as events carry it.
import type { Person } from '../../shared/entities.ts'

export interface Entry {
  id: string
  goalId: string
  /** The type of the event it tells of, or `note.created`. */
  kind: string
  text: string
  actor: Person
  /** ISO 8601. */
  createdAt: string
}

/** Newest first. */
export interface EntryPage {
  items: Entry[]
  nextCursor: string | null
}

export interface Decision {
  id: string
  goalId: string
  name: string
  version: number
  decidedBy: Person
  createdAt: string
}

export interface Reading {
  id: string
  measureId: string
  value: number
  /** ISO 8601. */
  at: string
}

/** Of a measure, the newest so many are kept, here and there. */
export const maxReadings = 40
