// Which bookings are news for somebody who looks elsewhere: a guest who asks, and one who will not come.
import type { ToastRules } from 'livecache/toasts'
import { pageId } from '../../page/page-id.ts'
import type { Booking } from './booking.ts'
import type { events } from './events.ts'
import { dayAndTime } from './times.ts'
import { services } from './venue.ts'
import { people } from './words.ts'

const about = ({ service, startsAt, party }: Booking) =>
  `${services[service].name}, ${dayAndTime(startsAt)}, ${people(party)}`

const linkTo = ({ id }: Booking) => ({ href: `#/bookings/${id}`, label: 'Open' })

export const toastRules = {
  'booking.created': ({ payload: { booking }, origin }) =>
    booking.status === 'requested' && origin?.clientId !== pageId
      ? {
          title: `${booking.guest} asks for a booking`,
          description: about(booking),
          group: 'bookings.requested',
          link: linkTo(booking),
        }
      : null,
  'booking.status_changed': ({ payload: { by, booking }, origin }) =>
    booking.status === 'cancelled' && origin?.clientId !== pageId
      ? {
          title:
            by.id === 'guest' ? `${booking.guest} cancelled` : `${by.name} cancelled the booking of ${booking.guest}`,
          description: about(booking),
          priority: 'high',
          group: 'bookings.cancelled',
          link: linkTo(booking),
        }
      : null,
} satisfies ToastRules<typeof events>
