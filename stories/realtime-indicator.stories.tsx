// How the link is doing, in each state it can be in, reached through the world and not by props.
import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ShownStatus } from 'livecache/client'
import { RealtimeIndicator } from 'livecache/ui'
import { expect, waitFor } from 'storybook/test'
import { worldOf } from './world/story-world.tsx'

const meta = {
  title: 'Components/RealtimeIndicator',
  component: RealtimeIndicator,
  // Out of patience, so that a story need not wait for it.
  args: { graceMs: 100, minShowMs: 0 },
} satisfies Meta<typeof RealtimeIndicator>

export default meta
type Story = StoryObj<typeof meta>

/** Waits until the indicator says so. */
const shows = ({ canvasElement }: { canvasElement: HTMLElement }, status: ShownStatus) =>
  waitFor(() => expect(canvasElement.querySelector('[data-lc="indicator"]')).toHaveAttribute('data-status', status), {
    timeout: 5_000,
  })

export const Connected: Story = {
  play: (context) => shows(context, 'connected'),
}

/** Nobody answers. */
export const Connecting: Story = {
  parameters: { world: { client: { openTimeoutMs: 3_600_000, nextTransportAfterMs: 3_600_000 } } },
  beforeEach: (context) => worldOf(context).mute(),
  play: (context) => shows(context, 'connecting'),
}

export const Reconnecting: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.goDown()
    await shows(context, 'reconnecting')
  },
}

/** Down for so long that nothing is kept for sending any more. It still tries. */
export const Suspended: Story = {
  parameters: { world: { client: { suspendAfterMs: 600 } } },
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.goDown()
    await world.until(({ name }) => name === 'suspended')
    await shows(context, 'suspended')
  },
}

export const Offline: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.goOffline()
    await shows(context, 'offline')
  },
}

/** The token has expired, and a fresh one was refused too. */
export const Unauthorized: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.expireToken()
    await shows(context, 'unauthorized')
  },
}

/** The server refused the client for good. */
export const Failed: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.cut(4403, 'this app may not connect')
    await shows(context, 'failed')
  },
}

export const Paused: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.client.pause()
    await shows(context, 'paused')
  },
}
