// Whether what a query shows is live, in each of its words, most of them reached through the world.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { type BadgeStatus, LiveBadge, type LiveBadgeProps } from 'livecache/ui'
import { type ComponentType, useState } from 'react'
import { expect, userEvent, waitFor } from 'storybook/test'
import { GoalCard } from './world/goal-card.tsx'
import { worldOf } from './world/story-world.tsx'
import { goalsKey } from './world/workspace.ts'

/** A card with the badge in its head. */
function BadgedGoals(props: BadgeArgs) {
  return <GoalCard badge={<LiveBadge queryKey={goalsKey} {...props} />} />
}

type BadgeArgs = Pick<LiveBadgeProps, 'paused' | 'visible'>

const meta: Meta<BadgeArgs> = {
  title: 'Components/LiveBadge',
  component: LiveBadge as ComponentType<BadgeArgs>,
  render: (args) => <BadgedGoals {...args} />,
}

export default meta
type Story = StoryObj<BadgeArgs>

const badge = (canvasElement: HTMLElement) => canvasElement.querySelector<HTMLElement>('[data-lc="badge"]')
const shows = ({ canvasElement }: { canvasElement: HTMLElement }, status: BadgeStatus) =>
  waitFor(() => expect(badge(canvasElement)).toHaveAttribute('data-status', status), { timeout: 8_000 })

/** Its streams are subscribed, known up to now and heard from. */
export const Live: Story = { play: (context) => shows(context, 'live') }

/** A change of the data pulses twice, then it is still. */
export const Pulse: Story = {
  async play(context) {
    await shows(context, 'live')
    await worldOf(context).untilHeard()
    worldOf(context).publish('goal.updated')
    await waitFor(() => expect(badge(context.canvasElement)?.querySelector('[data-part="pulse"]')).not.toBeNull())
  },
}

/** While the link is down what is on screen is fetched on a clock. */
export const Polling: Story = {
  async play(context) {
    await shows(context, 'live')
    worldOf(context).goDown()
    await shows(context, 'polling')
  },
}

/** Nothing is pushed, and nothing is fetched. */
export const Stale: Story = {
  parameters: { world: { client: { fallbackMs: Infinity } } },
  async play(context) {
    await shows(context, 'live')
    worldOf(context).goDown()
    await shows(context, 'stale')
  },
}

export const Offline: Story = {
  async play(context) {
    await shows(context, 'live')
    worldOf(context).goOffline()
    await shows(context, 'offline')
  },
}

/** The user holds the card still; what the link does is not said then. */
export const Paused: Story = {
  args: { paused: true },
  play: (context) => shows(context, 'paused'),
}

function Toggled() {
  const [visible, setVisible] = useState(true)
  return (
    <p className="story-row">
      <button type="button" className="story-button" onClick={() => setVisible((was) => !was)}>
        {visible ? 'Hide the badge' : 'Show the badge'}
      </button>
      <LiveBadge status="live" visible={visible} />
    </p>
  )
}

/** It fades out, and in again. */
export const FadesOut: Story = {
  render: () => <Toggled />,
  async play({ canvas, canvasElement }) {
    await userEvent.click(canvas.getByRole('button', { name: 'Hide the badge' }))
    await waitFor(() => expect(badge(canvasElement)).toBeNull())
    await userEvent.click(canvas.getByRole('button', { name: 'Show the badge' }))
    await waitFor(() => expect(badge(canvasElement)).toBeVisible())
  },
}

const statuses = ['live', 'polling', 'stale', 'offline', 'paused'] as const

/** Controlled by the app, all five beside each other. */
export const AllWords: Story = {
  render: () => (
    <p className="story-row">
      {statuses.map((status) => (
        <LiveBadge key={status} status={status} />
      ))}
    </p>
  ),
}
