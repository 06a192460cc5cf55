// A goal's feed, a measure's course and a widget, from the domain pack.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { type GoalActivity, GoalActivityFeed, MeasureSparkline, WidgetFrame } from 'livecache/goals'
import { expect, userEvent, waitFor, within } from 'storybook/test'
import { type ActivityHistory, createHistory } from './world/activity-history.ts'
import type { World } from './world/create-world.ts'
import { worldOf } from './world/story-world.tsx'
import { goalsKey } from './world/workspace.ts'
import './world/goal-card.css'

interface FeedArgs {
  /** How many entries there are from the start. */
  count: number
  autoScroll: boolean
}

/** One history per story, made when it is drawn first. */
const histories = new Map<string, ActivityHistory>()

function historyOf(id: string, count: number): ActivityHistory {
  const known = histories.get(id) ?? createHistory(count)
  histories.set(id, known)
  return known
}

const meta: Meta<FeedArgs> = {
  title: 'Goals/GoalActivityFeed',
  args: { count: 34, autoScroll: false },
  render: ({ count, autoScroll }, { id }) => (
    <div className="story-feed">
      <GoalActivityFeed goalId="g1" autoScroll={autoScroll} queryFn={historyOf(id, count).read} />
    </div>
  ),
  beforeEach:
    ({ id }) =>
    () =>
      void histories.delete(id),
}

export default meta
type Story = StoryObj<FeedArgs>

const rows = (canvasElement: HTMLElement) => within(canvasElement).queryAllByRole('article')

/** Something happens: in the history, and told. */
function happen(world: World, id: string): GoalActivity {
  const activity = historyOf(id, 0).add()
  world.publish({ type: 'goal.activity.created', stream: 'goal:g1', payload: { goalId: 'g1', activity } })
  return activity
}

const loaded = (canvasElement: HTMLElement) =>
  waitFor(() => expect(rows(canvasElement).length).toBeGreaterThan(0), { timeout: 5_000 })

export const History: Story = { play: ({ canvasElement }) => loaded(canvasElement) }

/** What comes while nobody reads goes on top, and is marked. */
export const SomethingNew: Story = {
  async play(context) {
    const { canvasElement, id } = context
    const world = worldOf(context)
    await loaded(canvasElement)
    await world.untilHeard()
    happen(world, id)
    await waitFor(() => expect(canvasElement.querySelector('article[data-new]')).not.toBeNull())
  },
}

/** While the focus is inside, rows hold still, and what comes waits behind a button. */
export const Held: Story = {
  async play(context) {
    const { canvas, canvasElement, id } = context
    const world = worldOf(context)
    await loaded(canvasElement)
    await world.untilHeard()
    rows(canvasElement)[0]!.focus()
    for (let count = 0; count < 3; count++) happen(world, id)
    await expect(canvas.findByRole('button', { name: '3 new activities' })).resolves.toBeVisible()
  },
}

export const Paused: Story = {
  async play({ canvas, canvasElement }) {
    await loaded(canvasElement)
    await userEvent.click(canvas.getByRole('button', { name: 'Pause' }))
    await expect(canvas.getByRole('button', { name: 'Pause' })).toHaveAttribute('aria-pressed', 'true')
  },
}

/** Of more than 200 only those in sight exist. */
export const Long: Story = {
  args: { count: 1_000 },
  async play({ canvasElement }) {
    await loaded(canvasElement)
    await waitFor(() => expect(rows(canvasElement).length).toBeLessThan(60), { timeout: 5_000 })
  },
}

export const Empty: Story = {
  args: { count: 0 },
  async play({ canvas }) {
    await canvas.findByText(/Nothing has happened yet/)
  },
}

export const Failed: Story = {
  render: () => (
    <div className="story-feed">
      <GoalActivityFeed goalId="g1" queryFn={() => Promise.reject(new Error('The database sleeps.'))} />
    </div>
  ),
  async play({ canvas }) {
    await canvas.findByRole('alert')
  },
}

const readings = (values: readonly number[]) =>
  values.map((value, index) => ({ id: index, measureId: 'm', value, at: index }))

/** The last reading in the shape and tone of its zone. */
export const Sparklines: StoryObj = {
  render: () => (
    <dl className="story-list">
      {(
        [
          ['On target', [3, 4, 4, 6, 7, 9]],
          ['Close to it', [3, 5, 4, 6, 5, 6]],
          ['Off target', [8, 7, 5, 4, 3, 2]],
        ] as const
      ).map(([name, values]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <MeasureSparkline name={name} readings={readings(values)} thresholds={{ green: 8, amber: 5 }} />
          </dd>
        </div>
      ))}
    </dl>
  ),
}

/** A frame whose badge tells of what is in it. */
export const Widget: StoryObj = {
  render: () => (
    <WidgetFrame title="Cash at hand" queryKey={goalsKey} className="story-feed lc-widget">
      <MeasureSparkline name="Cash at hand" readings={readings([4, 5, 5, 7, 6, 9])} />
    </WidgetFrame>
  ),
}
