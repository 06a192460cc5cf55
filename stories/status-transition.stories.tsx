// One status giving way to the next.
import type { Meta, StoryObj } from '@storybook/react-vite'
import { useRealtimeEvent } from 'livecache/react'
import { StatusTransition } from 'livecache/ui'
import { useState } from 'react'
import { expect, waitFor } from 'storybook/test'
import { worldOf } from './world/story-world.tsx'
import type { Booking } from './world/workspace.ts'

const meta = {
  title: 'Components/StatusTransition',
  component: StatusTransition,
  args: { status: 'PENDING' },
} satisfies Meta<typeof StatusTransition>

export default meta
type Story = StoryObj<typeof meta>

/** Change `status` in the controls and watch. */
export const Pending: Story = {}

function BookingStatus() {
  const [booking, setBooking] = useState<Booking | null>(null)
  useRealtimeEvent('booking.status_changed', ({ payload }) =>
    setBooking((payload as unknown as { booking: Booking }).booking),
  )
  return (
    <p className="story-row">
      <span>Ngozi Eze, Room 4</span>
      <StatusTransition status={booking?.status ?? 'requested'} />
    </p>
  )
}

/** The old word gives way; the new one is there at once for who reads or listens. */
export const Booked: Story = {
  render: () => <BookingStatus />,
  async play(context) {
    const world = worldOf(context)
    // By its name, which is the same in every language.
    const becomes = (status: string) =>
      waitFor(() => expect(context.canvasElement.querySelector(`[data-status="${status}"]`)).toBeVisible())
    await world.untilHeard()
    await becomes('requested')
    world.publish('booking.status_changed')
    await becomes('confirmed')
    world.publish('booking.status_changed')
    await becomes('checked-in')
  },
}

const kinds = {
  Bookings: ['REQUESTED', 'CONFIRMED', 'CHECKED_IN', 'CANCELLED'],
  Payments: ['PENDING', 'SUCCESS', 'FAILED', 'REVERSED'],
  Goals: ['draft', 'at-risk', 'completed'],
}

/** What the usual names suggest; `tone` says it for any other. */
export const AllTones: Story = {
  render: () => (
    <dl className="story-list">
      {Object.entries(kinds).map(([kind, statuses]) => (
        <div key={kind}>
          <dt>{kind}</dt>
          {statuses.map((status) => (
            <dd key={status}>
              <StatusTransition status={status} />
            </dd>
          ))}
        </div>
      ))}
    </dl>
  ),
}
