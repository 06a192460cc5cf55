// Where one is: the workspace, its filters with their counts, who is signed in, and how the link is doing.
import { useQuery } from '@tanstack/react-query'
import { RealtimeIndicator, useRealtime } from 'livecache'
import type { ComponentType, RefObject } from 'react'
import { areas, type Goal } from '../shared/entities.ts'
import { faultStatusQuery } from './faults.ts'
import { healthWords } from './parts/health-label.tsx'
import { Icon, type IconName } from './parts/icons.tsx'
import { PersonLabel } from './parts/person-label.tsx'
import { goalsQuery, sessionQuery } from './queries.ts'
import { rooms } from './rooms.ts'
import { type Filter, healths, listHref, matchesView, roomHref, type View } from './view.ts'
import { areaWords } from './words.ts'

export interface RailProps {
  view: View
  inert: boolean
  drawer: { id: string; isOpen: boolean; opener: RefObject<HTMLButtonElement | null>; toggle: () => void }
}

export function Rail({ view, inert, drawer }: RailProps) {
  return (
    <header className="rail" inert={inert}>
      <div className="rail-head">
        <p className="workspace-name">
          <span className="workspace-mark" aria-hidden="true">
            K
          </span>
          Kestrel Pay
        </p>
        <FaultsButton {...drawer} />
      </div>
      <Rooms current={view.name === 'room' ? view.room : 'goals'} />
      {view.name !== 'room' && <Filters current={view.name === 'list' ? view.filter : null} />}
      <div className="rail-foot">
        <Link />
        <SignedIn />
      </div>
    </header>
  )
}

function Rooms({ current }: { current: string }) {
  const item = (name: string, title: string, icon: IconName, href: string, RoomCount?: ComponentType) => (
    <li key={name}>
      <a className="filter room" href={href} aria-current={name === current ? 'true' : undefined}>
        <span>
          <Icon name={icon} />
          {title}
        </span>
        {RoomCount && <RoomCount />}
      </a>
    </li>
  )
  return (
    <nav className="rooms" aria-label="Rooms">
      <ul>
        {item('goals', 'Goals', 'goals', listHref('all'))}
        {rooms.map(({ name, title, icon, Count: RoomCount }) => item(name, title, icon, roomHref(name), RoomCount))}
      </ul>
    </nav>
  )
}

function FaultsButton({ id, isOpen, opener, toggle }: RailProps['drawer']) {
  const { data } = useQuery(faultStatusQuery)
  const broken = data !== undefined && (data.network.cut || data.server.name === 'stopped')
  return (
    <button
      ref={opener}
      type="button"
      className="button faults-button"
      aria-expanded={isOpen}
      aria-controls={id}
      data-broken={broken}
      data-testid="faults-toggle"
      onClick={toggle}
    >
      <Icon name="faults" />
      Faults{broken && <span className="visually-hidden">, one is active</span>}
    </button>
  )
}

function Filters({ current }: { current: Filter | null }) {
  const { data: goals } = useQuery(goalsQuery)
  const item = (filter: Filter, label: string) => (
    <li key={filter}>
      <a className="filter" href={listHref(filter)} aria-current={filter === current ? 'page' : undefined}>
        <span>{label}</span>
        <Count goals={goals} filter={filter} />
      </a>
    </li>
  )
  return (
    <nav className="filters" aria-label="Goals">
      <ul>{item('all', 'All goals')}</ul>
      <h2>Status</h2>
      <ul>{healths.map((health) => item(health, healthWords[health]))}</ul>
      <h2>Areas</h2>
      <ul>{areas.map((area) => item(area, areaWords[area]))}</ul>
    </nav>
  )
}

function Count({ goals, filter }: { goals: readonly Goal[] | undefined; filter: Filter }) {
  return <span className="count">{goals?.filter((goal) => matchesView(goal, filter)).length}</span>
}

/** What changes by itself can be held still: the events of the pause are caught up with afterwards. */
function Link() {
  const { status, pause, resume } = useRealtime()
  const isPaused = status === 'closed'
  return (
    <div className="link">
      <RealtimeIndicator />
      <button
        type="button"
        className="icon-button"
        aria-label={isPaused ? 'Resume live updates' : 'Pause live updates'}
        title={isPaused ? 'Resume live updates' : 'Pause live updates'}
        onClick={isPaused ? resume : pause}
      >
        <Icon name={isPaused ? 'play' : 'pause'} />
      </button>
    </div>
  )
}

function SignedIn() {
  const { data } = useQuery(sessionQuery)
  return (
    <div className="signed-in">
      {data !== undefined && (
        <>
          <span className="visually-hidden">Signed in as</span>
          <PersonLabel person={data.person} />
        </>
      )}
    </div>
  )
}
