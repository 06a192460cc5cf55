// The rooms beside the goals, in the order of the rail. What they add to the set-up of livecache is realtime.ts.
import type { RoomPage } from './room.ts'

export const rooms: readonly RoomPage[] = []
