// Says that the link is lost, once it has been for a while, and that it is back, if the loss was said. Once per client, however
// many indicators and banners there are.
import { systemClock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { Announcer } from './announcer.ts'
import type { LossLabels } from './labels.ts'
import { causeOf } from './loss.ts'

/** A loss is said after this, in ms. */
const lostAfterMs = 5_000

interface Voice {
  holders: number
  /** Banners, which say at once themselves that somebody is signed out. */
  banners: number
  stop: Undo
}

const voices = new WeakMap<RealtimeClient, Voice>()

/** Speaks for the client until the undo is called. @param labels asked for when it speaks @param isBanner it says itself that somebody is signed out */
export function speakFor(
  client: RealtimeClient,
  announcer: Pick<Announcer, 'say'>,
  labels: () => LossLabels,
  isBanner: boolean,
): Undo {
  const voice = voices.get(client) ?? { holders: 0, banners: 0, stop: () => {} }
  if (voice.holders++ === 0 && !voices.has(client)) {
    voice.stop = startVoice(client, announcer, labels, () => voice.banners > 0)
    voices.set(client, voice)
  }
  if (isBanner) voice.banners++
  let held = true
  return () => {
    if (!held) return
    held = false
    voice.holders--
    if (isBanner) voice.banners--
    // A microtask later: StrictMode and a moved component take hold again within this task.
    queueMicrotask(() => {
      if (voice.holders > 0 || voices.get(client) !== voice) return
      voices.delete(client)
      voice.stop()
    })
  }
}

function startVoice(
  client: RealtimeClient,
  announcer: Pick<Announcer, 'say'>,
  labels: () => LossLabels,
  hasBanner: () => boolean,
): Undo {
  let waiting: Scope | null = null
  let isSaid = false

  const cause = () => causeOf(client.getState(), () => false)
  // It has settled by then.
  const say = (text: string) => announcer.say(text, { key: 'connection', settleMs: 0 })

  function follow() {
    const state = client.getState()
    if (cause() === null) {
      waiting?.dispose()
      waiting = null
      if (isSaid && state.name === 'connected') say(labels().back)
      isSaid = false
    } else if (waiting === null) {
      const since = 'downSince' in state ? state.downSince : systemClock.now()
      waiting = createScope(systemClock)
      waiting.timeout(speak, since + lostAfterMs - systemClock.now())
    }
  }

  function speak() {
    isSaid = true
    const { lost, cause: causes } = labels()
    const why = cause()
    if (why === 'signedOut' && hasBanner()) return
    say(why === null || why === 'server' ? lost : causes[why])
  }

  const undo = client.onState(follow)
  follow()
  return () => {
    undo()
    waiting?.dispose()
  }
}
