// The server's side of a story, for hands: what it publishes, and everything that can go wrong on the way.
import { type JSX, type ReactNode, useEffect, useReducer, useState, useSyncExternalStore } from 'react'
import type { ConnectionState } from 'livecache'
import type { World } from './create-world.ts'
import './server-console.css'

export function ServerConsole({ world }: { world: World }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="server-console" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Server console</summary>
      {/* Closed, it is not there, so that stories find no buttons but their own. */}
      {isOpen && <Panel world={world} />}
    </details>
  )
}

function Panel({ world }: { world: World }): JSX.Element {
  const { client } = world
  const { isDown, isMuted, delayMs, isExpired, isOffline } = useSyncExternalStore(
    world.onTroubles,
    () => world.troubles,
  )
  const state = useSyncExternalStore(client.onState, client.getState)
  const isPaused = state.name === 'closed' && state.reason === 'paused'
  return (
    <div className="server-console-panel">
      <Row title="Events">
        <Button onPress={() => world.publish()}>Publish one</Button>
        <Button onPress={() => world.burst(100)}>Burst of 100</Button>
      </Row>
      <Row title="Server">
        <Button onPress={() => world.cut()}>Cut the link</Button>
        <Switch isOn={isDown} on={world.goDown} off={world.comeBack} words={['Take it down', 'Bring it up']} />
        <Switch isOn={isMuted} on={world.mute} off={world.unmute} words={['Mute', 'Unmute']} />
        <Switch
          isOn={delayMs > 0}
          on={() => world.delay(2_000)}
          off={() => world.delay(0)}
          words={['Delay by 2 s', 'Stop the delay']}
        />
        <Switch
          isOn={isExpired}
          on={world.expireToken}
          off={world.acceptTokens}
          words={['Expire the token', 'Accept tokens again']}
        />
      </Row>
      <Row title="Client">
        <Switch
          isOn={isOffline}
          on={world.goOffline}
          off={world.goOnline}
          words={['Device offline', 'Device online']}
        />
        <Switch isOn={isPaused} on={client.pause} off={client.resume} words={['Pause', 'Resume']} />
      </Row>
      <Figures world={world} state={state} />
    </div>
  )
}

function Row({ title, children }: { title: string; children: ReactNode }): JSX.Element {
  return (
    <fieldset>
      <legend>{title}</legend>
      {children}
    </fieldset>
  )
}

function Button({ onPress, children }: { onPress: () => void; children: ReactNode }): JSX.Element {
  return (
    <button type="button" onClick={onPress}>
      {children}
    </button>
  )
}

interface SwitchProps {
  isOn: boolean
  on: () => void
  off: () => void
  /** What pressing it does: while off, while on. */
  words: readonly [string, string]
}

function Switch({ isOn, on, off, words }: SwitchProps): JSX.Element {
  return <Button onPress={isOn ? off : on}>{words[isOn ? 1 : 0]}</Button>
}

/** No live region: it is there for whoever looks. */
function Figures({ world, state }: { world: World; state: ConnectionState }): JSX.Element {
  const [, look] = useReducer((times: number) => times + 1, 0)
  useEffect(() => {
    const timer = setInterval(look, 500)
    return () => clearInterval(timer)
  }, [])
  const { counters } = world.client.inspect()
  const { received, delivered, duplicates, lost, dials, resumes } = counters
  return (
    <>
      <p className="server-console-link">Link: {sentenceOf(state)}</p>
      <dl className="server-console-counters">
        {Object.entries({ received, delivered, duplicates, lost, dials, resumes }).map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function sentenceOf(state: ConnectionState): string {
  const parts: string[] = [state.name]
  if ('attempt' in state && state.attempt > 0) parts.push(`attempt ${state.attempt}`)
  if ('reason' in state) parts.push(state.reason)
  if (state.name === 'connected') parts.push(state.resumed ? 'resumed' : 'begun anew')
  return parts.join(', ')
}
