// The three columns: where one is, what is there, and what may be broken.
import { ConnectionBanner } from 'livecache'
import { useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { FaultsDrawer } from './faults-drawer.tsx'
import { GoalDetail } from './goal-detail.tsx'
import { GoalList } from './goal-list.tsx'
import { Rail } from './rail.tsx'
import { useNoticingChanges } from './recent-changes.ts'
import { rooms } from './rooms.ts'
import { useMedia } from './use-media.ts'
import { useView, type View } from './view.ts'

const drawerId = 'faults'
/** Beside the content where there is room for three columns, over it where there is not. */
const wide = '(min-width: 1120px)'

export function Workspace() {
  useNoticingChanges()
  const view = useView()
  const main = useFocusOnNavigation(view)
  const isWide = useMedia(wide)
  const [isDrawerOpen, setDrawerOpen] = useState(() => matchMedia(wide).matches)
  const opener = useRef<HTMLButtonElement>(null)
  const isCovered = isDrawerOpen && !isWide

  function closeDrawer() {
    // At once: while it is open the opener lies in what cannot be reached.
    flushSync(() => setDrawerOpen(false))
    opener.current?.focus()
  }

  return (
    <div className="workspace" data-drawer={isDrawerOpen ? 'open' : 'closed'}>
      <a className="skip-link" href="#content" onClick={(event) => skipTo(event, main.current)}>
        Skip to the content
      </a>
      <Rail
        view={view}
        inert={isCovered}
        drawer={{ id: drawerId, isOpen: isDrawerOpen, opener, toggle: () => setDrawerOpen(!isDrawerOpen) }}
      />
      <main id="content" ref={main} tabIndex={-1} className="content" inert={isCovered}>
        <Content view={view} />
        <ConnectionBanner className="banner" reserve={false} />
      </main>
      <FaultsDrawer id={drawerId} isOpen={isDrawerOpen} isOverlay={isCovered} onClose={closeDrawer} />
    </div>
  )
}

function Content({ view }: { view: View }) {
  if (view.name === 'list') return <GoalList key={view.filter} filter={view.filter} />
  if (view.name === 'goal') return <GoalDetail key={view.goalId} goalId={view.goalId} />
  const room = rooms.find(({ name }) => name === view.room)
  return room && <room.Content place={view.place} />
}

/** The address names the view, so the link must not change it. */
function skipTo(event: { preventDefault(): void }, target: HTMLElement | null) {
  event.preventDefault()
  target?.focus()
}

/** Going somewhere else begins at the top, for eyes and for the keyboard. Nothing that arrives by itself does that. */
function useFocusOnNavigation(view: View) {
  const main = useRef<HTMLElement>(null)
  const place = JSON.stringify(view)
  const shown = useRef(place)
  useEffect(() => {
    if (shown.current === place) return
    shown.current = place
    scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [place])
  return main
}
