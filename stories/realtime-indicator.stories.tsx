// How the link is doing, in each state it can be in, reached through the world and not by props.
import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ShownStatus } from 'livecache/client'
import { RealtimeIndicator } from 'livecache/ui'
import { expect, fn, screen, userEvent, waitFor } from 'storybook/test'
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

/** Nobody is signed in to the app: `getToken` answers null. */
export const Idle: Story = {
  parameters: { world: { client: { getToken: () => null } } },
  async play(context) {
    // It is so from the start; this is once it has been asked.
    await new Promise((resolve) => setTimeout(resolve, 300))
    await shows(context, 'idle')
  },
}

export const Connected: Story = {
  play: (context) => shows(context, 'connected'),
}

/** Nobody answers. */
export const Connecting: Story = {
  parameters: { world: { client: { openTimeoutMs: 3_600_000, nextTransportAfterMs: 3_600_000 } } },
  beforeEach: (context) => worldOf(context).mute(),
  play: (context) => shows(context, 'connecting'),
}

/** The link is open, and the server has not yet said who it takes the client for. */
export const Authenticating: Story = {
  parameters: { world: { client: { authTimeoutMs: 3_600_000, nextTransportAfterMs: 3_600_000 } } },
  beforeEach: (context) => worldOf(context).delay(3_600_000),
  play: (context) => shows(context, 'authenticating'),
}

/** The best transport gets nowhere, so a lesser one carries the data. */
export const Degraded: Story = {
  parameters: { world: { isDegraded: true } },
  async play(context) {
    await shows(context, 'connected')
    await expect(context.canvasElement.querySelector('[data-lc="indicator"]')).toHaveAttribute('data-degraded')
  },
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

/** The client was ended, as when the part of the app that is live was left. */
export const Closed: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.client.dispose()
    await shows(context, 'closed')
  },
}

/** Waits for the state, then opens the details. */
async function opens(context: { canvasElement: HTMLElement; canvas: { getByRole: typeof screen.getByRole } }) {
  await userEvent.click(context.canvas.getByRole('button', { name: /:/ }))
  await waitFor(() => expect(context.canvasElement.querySelector('[data-part="details"]')).toBeVisible())
}

export const DetailsWhenConnected: Story = {
  async play(context) {
    await shows(context, 'connected')
    await opens(context)
  },
}

export const DetailsWhileDown: Story = {
  parameters: { world: { client: { backoff: { ceilingsMs: [30_000], jitter: 'none' } } } },
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.goDown()
    await world.until((state) => 'attempt' in state && state.attempt > 1)
    await shows(context, 'reconnecting')
    await opens(context)
  },
}

export const DetailsWhenSignedOut: Story = {
  args: { onSignIn: fn() },
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.expireToken()
    await shows(context, 'unauthorized')
    await opens(context)
  },
}

/** A dot alone: its word is one hover, focus or press away. */
export const Dot: Story = {
  args: { variant: 'dot' },
  async play(context) {
    await shows(context, 'connected')
    await userEvent.tab()
    await waitFor(() => expect(screen.getByRole('tooltip')).toBeVisible())
  },
}

export const Label: Story = { args: { variant: 'label' }, play: (context) => shows(context, 'connected') }

/** A text, with nothing behind it. */
export const WithoutDetails: Story = { args: { details: false }, play: (context) => shows(context, 'connected') }

/** Connected, Reconnecting, Disconnected, whatever the finer state. */
export const ThreeWords: Story = {
  args: { words: 'simple' },
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    world.goOffline()
    await shows(context, 'offline')
  },
}

/** Nothing is shown until something is wrong. */
export const HiddenWhileHealthy: Story = {
  args: { hideWhenHealthy: true },
  async play(context) {
    const world = worldOf(context)
    await world.until(({ name }) => name === 'connected')
    await expect(context.canvasElement.querySelector('[data-lc="indicator"]')).toBeNull()
    world.goDown()
    await shows(context, 'reconnecting')
  },
}
