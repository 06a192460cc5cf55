// Losses that last, by their four causes, each reached through the world.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { ConnectionBanner, type LossCause } from 'livecache/ui'
import { expect, fn, waitFor } from 'storybook/test'
import { GoalCard } from './world/goal-card.tsx'
import type { World } from './world/create-world.ts'
import { worldOf } from './world/story-world.tsx'
import { goalsKey } from './world/workspace.ts'

const meta = {
  title: 'Components/ConnectionBanner',
  component: ConnectionBanner,
  // Out of patience, so that a story need not wait for it.
  args: { afterMs: 200 },
  render: (args) => (
    <div className="story-stack">
      <ConnectionBanner {...args} />
      <GoalCard />
    </div>
  ),
} satisfies Meta<typeof ConnectionBanner>

export default meta
type Story = StoryObj<typeof meta>

/** What was fetched for want of events is answered: an answer that comes after the loss would be a sign of life. */
const settled = ({ client, queryClient }: World) =>
  waitFor(() => expect(client.liveStatus(queryClient, goalsKey).getSnapshot()).toBe('live'), { timeout: 5_000 })

const shows = ({ canvasElement }: { canvasElement: HTMLElement }, cause: LossCause) =>
  waitFor(() => expect(canvasElement.querySelector('[data-lc="banner"]')).toHaveAttribute('data-cause', cause), {
    timeout: 8_000,
  })

/** All is well: its place is kept, so that nothing jumps when it comes. */
export const Healthy: Story = {
  async play(context) {
    await worldOf(context).until(({ name }) => name === 'connected')
    await context.canvas.findByText('Answer every booking within two hours')
  },
}

export const DeviceOffline: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.goOffline()
    await shows(context, 'device')
  },
}

export const ServerUnreachable: Story = {
  async play(context) {
    const world = worldOf(context)
    await settled(world)
    world.goDown()
    await shows(context, 'server')
  },
}

/** Only what is pushed is missing: queries are answered, and fetched on a clock. */
export const LiveUpdatesInterrupted: Story = {
  parameters: { world: { client: { fallbackMs: 1_000 } } },
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.server.goDown()
    await shows(context, 'realtime')
  },
}

/** A person is needed, so it does not wait. */
export const SignedOut: Story = {
  args: { onSignIn: fn() },
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.expireToken()
    await shows(context, 'signedOut')
    await waitFor(() => expect(context.canvas.getByRole('button', { name: /Sign in|تسجيل/ })).toBeVisible())
  },
}

/** Gone again once the link is back. */
export const Recovered: Story = {
  async play(context) {
    const world = worldOf(context)
    await settled(world)
    world.goDown()
    await shows(context, 'server')
    world.comeBack()
    await waitFor(
      () => expect(context.canvasElement.querySelector('[data-lc="banner"]')).not.toHaveAttribute('data-shown'),
      { timeout: 8_000 },
    )
  },
}
