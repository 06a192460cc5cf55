// What happens, told in toasts: three at most and one summary of the rest.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { defineToastRules, RealtimeToasts, useToastHistory, useToastSound } from 'livecache/toasts'
import { Dialog } from 'livecache/ui'
import { useState } from 'react'
import { expect, screen, userEvent, waitFor, within } from 'storybook/test'
import { useGoals, worldOf } from './world/story-world.tsx'
import { events, type WorkspaceEvents } from './world/workspace.ts'
import './world/toast-history.css'

const money = (amount: number, currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount)

const rules = defineToastRules(events, {
  'goal.created': ({ payload }) => ({ title: payload.goal.name, description: `New goal of ${payload.by.name}` }),
  'goal.completed': ({ payload }) => ({
    title: `${payload.goal.name}: completed`,
    description: `Well done, ${payload.by.name}`,
    priority: 'high',
    link: { href: `#${payload.goal.id}`, label: 'See the goal' },
  }),
  'transaction.settled': ({ payload: { transaction } }) => ({
    title: `${transaction.payer} paid ${money(transaction.amount, transaction.currency)}`,
    priority: 'low',
    group: 'payments',
  }),
  'issue.created': ({ payload: { issue } }) => ({
    title: issue.title,
    priority: issue.severity === 'critical' ? 'critical' : 'normal',
    action: { label: 'Take it on', onClick: () => {} },
  }),
})

function History() {
  const { entries, clear } = useToastHistory()
  return (
    <section className="toast-history" aria-label="History">
      <header>
        <h2>{entries.length} in the history</h2>
        <button type="button" className="story-button" onClick={clear}>
          Clear
        </button>
      </header>
      <ul>
        {entries.slice(0, 6).map(({ id, title, outcome }) => (
          <li key={id}>
            <span>{title}</span>
            <span>{outcome}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The goals keep the rules of the cache at work. */
function Page(props: Partial<Parameters<typeof RealtimeToasts<WorkspaceEvents>>[0]>) {
  useGoals()
  return (
    <>
      <RealtimeToasts<WorkspaceEvents> rules={rules} {...props} />
      <History />
    </>
  )
}

const meta = { title: 'Components/RealtimeToasts', component: Page } satisfies Meta<typeof Page>

export default meta
type Story = StoryObj<typeof meta>

const toasts = () => [...document.querySelectorAll<HTMLElement>('[data-lc="toast"]')]
const shown = (count: number) => waitFor(() => expect(toasts()).toHaveLength(count), { timeout: 4_000 })

export const Normal: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    world.publish('goal.created')
    await shown(1)
  },
}

/** With something to do, and somewhere to go. */
export const HighWithLink: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    world.publish('goal.completed')
    await shown(1)
    await expect(screen.getByRole('link', { name: 'See the goal' })).toBeInTheDocument()
  },
}

/** It stays until somebody dismisses it, and says in words that it is critical. */
export const Critical: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    world.publish('issue.created')
    world.publish('issue.created')
    await shown(2)
    await expect(screen.getByText(/^(Critical|حرج)/)).toBeInTheDocument()
  },
}

/** Of one group the newest is shown, and how many more there were. */
export const Grouped: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    for (let count = 0; count < 4; count++) world.publish('transaction.settled')
    await shown(1)
  },
}

/** A hundred at once: three, and one summary. Nothing is lost from the history. */
export const Burst: Story = {
  args: { onShowAll: () => {} },
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    world.burst(100, 'goal.created')
    await shown(4)
    await expect(within(context.canvasElement).getByText('100 in the history')).toBeInTheDocument()
  },
}

/** A fourth critical one makes them one, so that none of them is out of sight. */
export const ManyCritical: Story = {
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    // Every third issue is a critical one.
    world.burst(12, 'issue.created')
    await waitFor(() => expect(document.querySelector('[data-kind="criticals"]')).not.toBeNull())
  },
}

/** Nothing is shown but what is critical; all of it is in the history. */
export const Muted: Story = {
  args: { muted: true },
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    world.burst(3, 'goal.created')
    await waitFor(() => expect(within(context.canvasElement).getByText('3 in the history')).toBeInTheDocument())
    await expect(toasts()).toHaveLength(0)
  },
}

function WithDialog() {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <button type="button" className="story-button" onClick={() => setIsOpen(true)}>
        Write an invitation
      </button>
      <Dialog isOpen={isOpen} onClose={() => setIsOpen(false)} title="Invite a colleague">
        <p>Toasts wait until this is closed.</p>
      </Dialog>
      <Page />
    </>
  )
}

/** While a dialog is open toasts wait, and come in order after it. */
export const AfterADialog: Story = {
  render: () => <WithDialog />,
  async play(context) {
    const world = worldOf(context)
    await world.untilHeard()
    await userEvent.click(screen.getByRole('button', { name: 'Write an invitation' }))
    world.publish('goal.created')
    await waitFor(() => expect(within(context.canvasElement).getByText('deferred')).toBeInTheDocument())
    await expect(toasts()).toHaveLength(0)
    await userEvent.click(screen.getByRole('button', { name: /Close|إغلاق/ }))
    await shown(1)
  },
}

function SoundSetting() {
  const { isBlocked, test } = useToastSound()
  return (
    <p className="story-row">
      <button type="button" className="story-button" onClick={test}>
        Play the sound
      </button>
      {isBlocked && <span>Press anything on the page once, and sounds are heard.</span>}
    </p>
  )
}

/** Off unless the app turns it on; heard only once somebody has pressed something on the page. */
export const Sound: Story = {
  args: { sound: true },
  render: (args) => (
    <>
      <SoundSetting />
      <Page {...args} />
    </>
  ),
}
