// Says that the link is lost, once it has been for a while, and that it is back, if the loss was said. Once per client, however
// many indicators and banners there are.
import { systemClock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'
import type { ConnectionState } from '../client/connection-machine.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { Announcer } from './announcer.ts'
import type { LossLabels } from './labels.ts'

/** A loss is said after this, in ms. */
const lostAfterMs = 5_000

interface Voice {
  holders: number
  stop: Undo
}

const voices = new WeakMap<RealtimeClient, Voice>()

/** Speaks for the client until the undo is called. @param labels asked for when it speaks */
export function speakFor(client: RealtimeClient, announcer: Pick<Announcer, 'say'>, labels: () => LossLabels): Undo {
  const voice = voices.get(client) ?? { holders: 0, stop: startVoice(client, announcer, labels) }
  voices.set(client, voice)
  voice.holders++
  let held = true
  return () => {
    if (!held) return
    held = false
    voice.holders--
    // A microtask later: StrictMode and a moved component take hold again within this task.
    queueMicrotask(() => {
      if (voice.holders > 0 || voices.get(client) !== voice) return
      voices.delete(client)
      voice.stop()
    })
  }
}

function startVoice(client: RealtimeClient, announcer: Pick<Announcer, 'say'>, labels: () => LossLabels): Undo {
  const clock = systemClock
  let waiting: Scope | null = null
  let said: 'lost' | null = null

  function follow() {
    const state = client.getState()
    const since = lostSince(state, clock.now())
    if (since === null) {
      waiting?.dispose()
      waiting = null
      if (state.name === 'connected' && said !== null) announcer.say(labels().back, { key: 'connection' })
      said = null
      return
    }
    if (waiting !== null) return
    waiting = createScope(clock)
    waiting.timeout(speak, Math.max(0, since + lostAfterMs - clock.now()))
  }

  function speak() {
    said = 'lost'
    const { lost, cause } = labels()
    const { name } = client.getState()
    const text =
      name === 'offline'
        ? cause.device
        : name === 'unauthorized'
          ? cause.signedOut
          : name === 'failed'
            ? cause.realtime
            : lost
    announcer.say(text, { key: 'connection' })
  }

  const undo = client.onState(follow)
  follow()
  return () => {
    undo()
    waiting?.dispose()
  }
}

/** Since when the link is lost, in epoch ms; null while it is not, or by somebody's wish. */
function lostSince(state: ConnectionState, now: number): number | null {
  if (state.name === 'unauthorized' || state.name === 'failed') return now
  if (!('downSince' in state)) return null
  return state.attempt > 0 ? state.downSince : null
}
