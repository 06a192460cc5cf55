// The modal dialog, in which announcements are made while it is open.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { Dialog, useAnnouncer } from 'livecache/ui'
import { useState } from 'react'
import { expect, fn, screen, userEvent, waitFor } from 'storybook/test'

function Opener() {
  const [isOpen, setIsOpen] = useState(false)
  const { say } = useAnnouncer()
  return (
    <>
      <button type="button" className="story-button" onClick={() => setIsOpen(true)}>
        Invite a colleague
      </button>
      <Dialog isOpen={isOpen} onClose={() => setIsOpen(false)} title="Invite a colleague">
        <p>They see the goals of this workspace, and every change as it happens.</p>
        <button type="button" className="lc-button" onClick={() => say('Invitation sent')}>
          Send the invitation
        </button>
      </Dialog>
    </>
  )
}

const meta = {
  title: 'Foundations/Dialog',
  component: Dialog,
  args: { isOpen: false, onClose: fn(), title: 'Invite a colleague' },
  render: () => <Opener />,
} satisfies Meta<typeof Dialog>

export default meta
type Story = StoryObj<typeof meta>

export const Closed: Story = {}

export const Open: Story = {
  async play({ canvas }) {
    await userEvent.click(canvas.getByRole('button', { name: 'Invite a colleague' }))
    await waitFor(() => expect(screen.getByRole('dialog', { name: 'Invite a colleague' })).toBeVisible())
  },
}

/** Focus goes in, and back to where it was. */
export const ClosedByEscape: Story = {
  async play({ canvas }) {
    const opener = canvas.getByRole('button', { name: 'Invite a colleague' })
    await userEvent.click(opener)
    await userEvent.click(screen.getByRole('button', { name: /Close|إغلاق/ }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await expect(opener).toHaveFocus()
  },
}
