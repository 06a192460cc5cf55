import type { Area } from '../shared/entities.ts'
import type { Filter } from './view.ts'

export const areaWords: Readonly<Record<Area, string>> = {
  growth: 'Growth',
  product: 'Product',
  operations: 'Operations',
  finance: 'Finance',
  people: 'People',
}

export const filterTitles: Readonly<Record<Filter, string>> = {
  ...areaWords,
  all: 'All goals',
  'on-track': 'On track',
  'at-risk': 'At risk',
  'off-track': 'Off track',
  completed: 'Completed',
}
