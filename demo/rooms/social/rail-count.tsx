import { CountBadge } from './count-badge.tsx'
import { useUnreadNotices } from './unread.ts'

/** Beside the name of the room, in the rail. */
export function RailCount() {
  const count = useUnreadNotices()
  return <CountBadge count={count} words={`Notifications, ${count} unread`} />
}
