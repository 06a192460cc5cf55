// A goal's feed over a server in this process, with an API whose history can be looked at.
import { renderApp, type App } from '../react/app.tsx'
import {
  GoalActivityFeed,
  type ActivityPage,
  type GoalActivity,
  type GoalActivityFeedProps,
} from '../../src/goals/index.ts'
import { goalEvents } from '../../src/goals/index.ts'

export const start = Date.UTC(2026, 10, 26, 12, 0, 0)

export interface FeedApp extends App {
  /** Newest first. */
  readonly history: GoalActivity[]
  /** Something happens: in the API's history, and told. */
  happen(text?: string, kind?: string): GoalActivity
  /** How often the API was asked. */
  readonly asked: () => number
}

export const pageSize = 20

/** @param before how many entries there are from the start */
export function renderFeed(before = 3, props: Partial<GoalActivityFeedProps> = {}, feeds = 1): FeedApp {
  const history: GoalActivity[] = []
  let serial = 0
  let asked = 0

  function make(text = `entry ${serial + 1}`, kind = 'action.completed'): GoalActivity {
    serial++
    const activity: GoalActivity = {
      id: `a${serial}`,
      goalId: 'g1',
      kind,
      text,
      actor: { id: 'ada', name: 'Ada' },
      createdAt: new Date(start - 3_600_000 + serial * 1_000).toISOString(),
    }
    history.unshift(activity)
    return activity
  }
  for (let count = 0; count < before; count++) make()

  const queryFn = async ({ cursor }: { cursor: unknown }): Promise<ActivityPage> => {
    asked++
    await new Promise((resolve) => setTimeout(resolve, 50))
    const from = cursor === undefined ? 0 : history.findIndex(({ id }) => id === cursor) + 1
    const items = history.slice(from, from + pageSize)
    return { items, nextCursor: from + pageSize < history.length ? items.at(-1)?.id : null }
  }

  const app = renderApp(
    <>
      <button type="button">before</button>
      {Array.from({ length: feeds }, (_, index) => (
        <GoalActivityFeed key={index} goalId="g1" queryFn={queryFn} {...props} />
      ))}
      <button type="button">after</button>
    </>,
    { events: goalEvents, serverOptions: { verify: () => ({ subject: 'ada', streams: ['goal:g1'] }) } },
  )
  return {
    ...app,
    history,
    asked: () => asked,
    happen(text, kind) {
      const activity = make(text, kind)
      app.server.publish({ type: 'goal.activity.created', stream: 'goal:g1', payload: { goal_id: 'g1', activity } })
      return activity
    },
  }
}
