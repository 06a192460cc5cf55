// The rooms beside the goals, in the order of the rail. What they add to the set-up of livecache is realtime.ts.
import { bookingsRoom } from '../rooms/bookings/room.tsx'
import { paymentsRoom } from '../rooms/payments/room.tsx'
import { socialRoom } from '../rooms/social/room.tsx'
import type { RoomPage } from './room.ts'

export const rooms: readonly RoomPage[] = [paymentsRoom, bookingsRoom, socialRoom]
