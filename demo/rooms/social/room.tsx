// The Social room, as the page sees it.
import { useEffect } from 'react'
import type { RoomPage } from '../../page/room.ts'
import { Chat } from './chat-page.tsx'
import { Feed } from './feed.tsx'
import { GatheringList } from './gathering-list.tsx'
import { NoticeList } from './notice-list.tsx'
import { People } from './people.tsx'
import { type Place, placeOf } from './places.ts'
import { RailCount } from './rail-count.tsx'
import { partTitles, SocialNav } from './social-nav.tsx'
import './social.css'

export const socialRoom: RoomPage = {
  name: 'social',
  title: 'Social',
  icon: 'social',
  Content: Social,
  Count: RailCount,
}

function Social({ place }: { place: string }) {
  const current = placeOf(place)
  const title = partTitles[current.part]
  useEffect(() => {
    document.title = `${title} · Kestrel Pay`
  }, [title])
  return (
    <div className="social" data-part={current.part}>
      <SocialNav current={current.part} />
      <Part {...current} />
    </div>
  )
}

function Part({ part, threadId }: Place) {
  switch (part) {
    case 'feed':
      return <Feed />
    case 'chat':
      return <Chat threadId={threadId} />
    case 'events':
      return <GatheringList />
    case 'people':
      return <People />
    case 'notifications':
      return <NoticeList />
    default:
      return part satisfies never
  }
}
