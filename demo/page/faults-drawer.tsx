// What may be broken, and what is seen of it on the wire. Always mounted, so that the wire is watched while it is closed.
import { useQuery } from '@tanstack/react-query'
import { useRealtime } from 'livecache'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import type { FaultStatus } from '../shared/faults.ts'
import { Chaos } from './chaos.tsx'
import { faultStatusQuery, useFault } from './faults.ts'
import { Icon } from './parts/icons.tsx'
import { ErrorNotice } from './parts/notices.tsx'
import { WirePanel } from './wire-panel.tsx'

export interface FaultsDrawerProps {
  id: string
  isOpen: boolean
  /** Over the content, which then cannot be reached. */
  isOverlay: boolean
  onClose: () => void
}

export function FaultsDrawer({ id, isOpen, isOverlay, onClose }: FaultsDrawerProps) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (isOverlay) title.current?.focus()
  }, [isOverlay])
  useEscape(isOverlay, onClose)
  const { data: status } = useQuery(faultStatusQuery)
  return (
    <>
      {/* A shortcut for the pointer; the keyboard has Escape and the close button. */}
      {isOverlay && <div className="scrim" aria-hidden="true" onClick={onClose} />}
      <aside id={id} className="drawer" aria-labelledby={`${id}-title`} hidden={!isOpen}>
        <div className="drawer-head">
          <h2 id={`${id}-title`} ref={title} tabIndex={-1}>
            Faults
          </h2>
          <button type="button" className="icon-button" aria-label="Close the faults" title="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        <p className="muted">Break the link and watch the page catch up. These controls have a line of their own.</p>
        <div className="chaos-buttons">
          <a className="button" href="/?user=lena" target="_blank" rel="noreferrer">
            <Icon name="window" />
            A window as Lena
          </a>
          <a className="button" href={`/?side=adaeze,lena${location.hash}`}>
            <Icon name="columns" />
            Side by side
          </a>
        </div>
        {status === undefined ? (
          <p className="muted">Asking the host…</p>
        ) : (
          <>
            <Network cut={status.network.cut} />
            <Server server={status.server} />
            <Teammate on={status.teammate.on} />
          </>
        )}
        <Chaos />
        <WirePanel isShown={isOpen} />
      </aside>
    </>
  )
}

function useEscape(isOn: boolean, onEscape: () => void) {
  useEffect(() => {
    if (!isOn) return undefined
    const listen = ({ key }: KeyboardEvent) => key === 'Escape' && onEscape()
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [isOn, onEscape])
}

function Network({ cut }: { cut: boolean }) {
  const cutIt = useFault('PUT', 'cut')
  const restore = useFault('DELETE', 'cut')
  const { reconnect } = useRealtime()
  const { error } = cut ? restore : cutIt
  // Where a cable is plugged in again the browser says so; here nobody does, and the next attempt may be half a minute off.
  const toggle = () => (cut ? restore.mutate(undefined, { onSuccess: reconnect }) : cutIt.mutate())
  return (
    <Fault
      title="Network of this page"
      state={cut ? 'Cut: no socket and no request gets through.' : 'Open. Other windows are not affected.'}
      broken={cut}
      error={error}
    >
      <button type="button" className="button" onClick={toggle} data-testid="cut-network">
        {cut ? 'Restore the network' : 'Cut the network'}
      </button>
    </Fault>
  )
}

function Server({ server }: { server: FaultStatus['server'] }) {
  const restart = useFault('POST', 'server/restart')
  const states = {
    up: 'Running.',
    starting: 'Starting…',
    stopped: `Killed. Back in ${server.name === 'stopped' ? Math.ceil(server.backInMs / 1000) : 0} s.`,
  }
  return (
    <Fault title="Server" state={states[server.name]} broken={server.name === 'stopped'} error={restart.error}>
      <button
        type="button"
        className="button"
        aria-disabled={server.name !== 'up'}
        onClick={() => server.name === 'up' && restart.mutate()}
        data-testid="restart-server"
      >
        Restart the server
      </button>
    </Fault>
  )
}

function Teammate({ on }: { on: boolean }) {
  const start = useFault('PUT', 'teammate')
  const stop = useFault('DELETE', 'teammate')
  const id = useId()
  const { mutate, error } = on ? stop : start
  return (
    <Fault
      title="Teammate"
      titleId={id}
      state={on ? 'Tunde is at work: a change every few seconds.' : 'Tunde is away.'}
      error={error}
    >
      <button
        type="button"
        className="switch"
        role="switch"
        aria-checked={on}
        aria-labelledby={id}
        onClick={() => mutate()}
        data-testid="teammate-switch"
      >
        <span className="switch-thumb" />
      </button>
    </Fault>
  )
}

interface FaultProps {
  title: string
  titleId?: string
  state: string
  broken?: boolean
  error: Error | null
  children: ReactNode
}

function Fault({ title, titleId, state, broken = false, error, children }: FaultProps) {
  return (
    <section className="fault">
      <div className="fault-text">
        <h3 id={titleId}>{title}</h3>
        <p className="fault-state" data-broken={broken}>
          {state}
        </p>
      </div>
      {children}
      {error && <ErrorNotice error={error}>That did not work.</ErrorNotice>}
    </section>
  )
}
