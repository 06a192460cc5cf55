// What is to be reached, whether it was, and the table that says so.
import { type Cell, tableOf } from './table.ts'

export interface Goal {
  readonly measure: string
  readonly measured: number
  /** The measure is to be at least so much, or at most. */
  readonly sense: '≥' | '≤'
  readonly limit: number
}

export const isMet = ({ measured, sense, limit }: Goal): boolean =>
  sense === '≥' ? measured >= limit : measured <= limit

/** How far it is from the goal, in per cent of the goal. */
export function verdictOf(goal: Goal): string {
  if (Number.isNaN(goal.measured)) return 'not measured'
  if (isMet(goal)) return 'met'
  if (!Number.isFinite(goal.measured) || goal.limit === 0) return '**missed**'
  return `**missed by ${Math.ceil((Math.abs(goal.measured - goal.limit) / Math.abs(goal.limit)) * 100)} %**`
}

const figure = (value: number) =>
  Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 100 ? 2 : 0)

export function goalsTable(title: string, goals: readonly Goal[]): string {
  return tableOf(
    `**${title}**`,
    ['', 'goal', 'measured', ''],
    goals.map((goal): Cell[] => [
      goal.measure,
      `${goal.sense} ${figure(goal.limit)}`,
      figure(goal.measured),
      verdictOf(goal),
    ]),
  )
}
