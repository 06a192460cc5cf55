// What has happened around a goal, as an API would answer it, page by page.
import type { ActivityPage, ActivityRequest, GoalActivity } from 'livecache/goals'

const people = ['Adaeze Okonkwo', 'Lena Vogt', 'Tunde Bakare', 'Mara Lindqvist']
const texts = [
  'set “Merchants live” to 264',
  'did “Translate the merchant dashboard”',
  'reported “The bank asks for a second proof of capital”',
  'decided: fees stay as they are until spring',
  'added the action “Visit the fifty largest pharmacies”',
]
const kinds = ['measure.updated', 'action.completed', 'issue.created', 'decision.created', 'action.created']
const pageSize = 20

export interface ActivityHistory {
  read(request: Pick<ActivityRequest, 'cursor'>): Promise<ActivityPage>
  add(): GoalActivity
}

export function createHistory(count: number): ActivityHistory {
  const entries: GoalActivity[] = []
  const begun = Date.now() - count * 420_000
  const make = (): GoalActivity => {
    const turn = entries.length
    const entry = {
      id: `e${turn}`,
      goalId: 'g1',
      kind: kinds[turn % kinds.length]!,
      text: texts[turn % texts.length]!,
      actor: { id: turn % people.length, name: people[turn % people.length]! },
      createdAt: new Date(Math.min(Date.now(), begun + turn * 420_000)).toISOString(),
    }
    entries.unshift(entry)
    return entry
  }
  for (let made = 0; made < count; made++) make()
  return {
    async read({ cursor }) {
      const size = count > 200 ? count : pageSize
      const from = cursor === undefined ? 0 : entries.findIndex(({ id }) => id === cursor) + 1
      const items = entries.slice(from, from + size)
      return { items, nextCursor: from + size < entries.length ? items.at(-1)?.id : null }
    },
    add: make,
  }
}
