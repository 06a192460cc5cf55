// The world of a story itself: a list that a server changes, and the console with which it is done by hand.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { useLiveStatus } from 'livecache/react'
import { userEvent, within } from 'storybook/test'
import { useGoals, worldOf } from './world/story-world.tsx'
import { goalsKey } from './world/workspace.ts'
import './world/goal-list.css'

const percent = new Intl.NumberFormat('en', { style: 'percent' })

/** Goals as they are at the server, patched by its events. */
function GoalList() {
  const { data = [], isError } = useGoals()
  const status = useLiveStatus(goalsKey)
  return (
    <section className="goal-list" aria-label="Goals">
      <p>
        {data.length} goals, {status}
      </p>
      {isError && <p>The goals could not be fetched.</p>}
      <ul>
        {data.map(({ id, name, owner, progress }) => (
          <li key={id}>
            <span>{name}</span>
            <span>{owner.name}</span>
            <span>{percent.format(progress)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const meta = {
  title: 'World/Goals',
  component: GoalList,
  parameters: {
    docs: {
      description: {
        component:
          'Every story has a world of its own: a server in the page, a device and a client. Open the console below it to publish, and to break things.',
      },
    },
  },
} satisfies Meta<typeof GoalList>

export default meta
type Story = StoryObj<typeof meta>

export const Live: Story = {
  async play(context) {
    const { canvas } = context
    const world = worldOf(context)
    await canvas.findByText('4 goals, live')
    world.publish('goal.created')
    await canvas.findByText('Move the laundry to solar power')
  },
}

/** What was missed comes once the server is back. */
export const ServerWasDown: Story = {
  async play(context) {
    const { canvas } = context
    const world = worldOf(context)
    await canvas.findByText('4 goals, live')
    world.goDown()
    world.publish('goal.created')
    await world.until(({ name }) => name === 'reconnecting')
    await canvas.findByText('4 goals, polling')
    world.comeBack()
    await canvas.findByText('5 goals, live', {}, { timeout: 5_000 })
  },
}

/** By hand, as anybody may. */
export const Console: Story = {
  async play({ canvas, canvasElement }) {
    await canvas.findByText('4 goals, live')
    await userEvent.click(canvas.getByText('Server console'))
    const console = within(canvasElement.querySelector<HTMLElement>('.server-console')!)
    const shows = (status: string) => console.findByText(`Link: ${status}`, { exact: false }, { timeout: 5_000 })
    const press = async (name: string) => userEvent.click(await console.findByRole('button', { name }))
    await press('Publish one')
    await press('Burst of 100')
    await press('Device offline')
    await shows('offline')
    await press('Device online')
    await shows('connected')
    await press('Expire the token')
    await shows('unauthorized')
    await press('Accept tokens again')
    await press('Pause')
    await press('Resume')
    await shows('connected')
  },
}
