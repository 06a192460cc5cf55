// Rows that mark themselves when they change.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { useLiveHighlight } from 'livecache/ui'
import { expect, waitFor } from 'storybook/test'
import { GoalCard } from './world/goal-card.tsx'
import { useGoals, worldOf } from './world/story-world.tsx'
import { goalsKey } from './world/workspace.ts'

const meta = { title: 'Components/useLiveHighlight', component: GoalCard } satisfies Meta<typeof GoalCard>

export default meta
type Story = StoryObj<typeof meta>

const marked = (canvasElement: HTMLElement) => canvasElement.querySelectorAll('[data-lc="highlight"][data-new]')

/** By the version of each row: what is there at first is not new. */
export const Rows: Story = {
  async play(context) {
    const { canvas, canvasElement } = context
    await canvas.findByText('Answer every booking within two hours')
    await expect(marked(canvasElement)).toHaveLength(0)
    await worldOf(context).untilHeard()
    worldOf(context).publish('goal.updated')
    await waitFor(() => expect(marked(canvasElement)).toHaveLength(1))
  },
}

function Card() {
  const { data = [] } = useGoals()
  const { props, mark } = useLiveHighlight(goalsKey, { durationMs: 3_000 })
  return (
    <section {...props} className="goal-card" aria-label="Goals">
      <header>
        <h2>
          {data.length} goals {mark}
        </h2>
      </header>
    </section>
  )
}

/** By a query key: whatever changes its data. */
export const WholeCard: Story = {
  render: () => <Card />,
  async play(context) {
    const { canvas, canvasElement } = context
    await canvas.findByText('4 goals')
    await worldOf(context).untilHeard()
    worldOf(context).publish('goal.created')
    await waitFor(() => expect(marked(canvasElement)).toHaveLength(1))
  },
}
