// What one session may read: what its token allows, less what the app's `authorize` refuses and what was revoked.
import type { Authorize, Identity } from './access.ts'
import { mayRead } from './access.ts'

export interface ReachOptions {
  authorize: Authorize | undefined
  identity: () => Identity | null
  /** `authorize` threw, which counts as no. */
  onError: (cause: unknown, stream: string) => void
  /** A stream that nobody had asked about was first spoken on, and may be read as it turns out. */
  onGranted: (stream: string) => void
}

export interface Reach {
  /** Whether the stream may be read, as far as that is decided: what is being decided may not, yet. */
  may(stream: string): boolean
  /** Has these decided. Null where nothing has to be waited for. */
  decide(streams: readonly string[]): Promise<void> | null
  /** From now on not, until the token is renewed. */
  revoke(stream: string): void
  /** The token was renewed: everything is asked again. Returns what could be read with the one before. */
  reset(before: Identity): (stream: string) => boolean
}

type Decision = 'yes' | 'no' | 'pending'

export function createReach({ authorize, identity, onError, onGranted }: ReachOptions): Reach {
  let decisions: Map<string, Decision> | null = null

  /** Asks about a stream that the token allows. */
  function ask(authorizeIt: Authorize, reader: Identity, stream: string): Decision | Promise<void> {
    const asked = (decisions ??= new Map<string, Decision>())
    const settle = (decision: Decision) => {
      // A renewal, or a revocation, in between has the last word.
      if (decisions === asked && asked.get(stream) !== 'no') asked.set(stream, decision)
    }
    const refuse = (cause: unknown) => {
      settle('no')
      onError(cause, stream)
    }
    try {
      const answer = authorizeIt(reader, stream)
      if (typeof answer === 'boolean') {
        settle(answer ? 'yes' : 'no')
        return asked.get(stream)!
      }
      asked.set(stream, 'pending')
      return answer.then((isAllowed) => settle(isAllowed ? 'yes' : 'no'), refuse)
    } catch (cause) {
      refuse(cause)
      return 'no'
    }
  }

  function may(stream: string): boolean {
    const reader = identity()
    if (reader === null || !mayRead(reader, stream)) return false
    const known = decisions?.get(stream)
    if (known !== undefined) return known === 'yes'
    if (authorize === undefined) return true
    const answer = ask(authorize, reader, stream)
    if (typeof answer === 'string') return answer === 'yes'
    // It reads on from where the stream is then, as one that was allowed later.
    void answer.then(() => may(stream) && onGranted(stream))
    return false
  }

  return {
    may,
    decide(streams) {
      const reader = identity()
      if (authorize === undefined || reader === null) return null
      const open = [...new Set(streams)].filter((stream) => mayRead(reader, stream) && !decisions?.has(stream))
      const waits = open.map((stream) => ask(authorize, reader, stream)).filter((answer) => typeof answer !== 'string')
      return waits.length === 0 ? null : Promise.all(waits).then(() => {})
    },
    revoke: (stream) => void (decisions ??= new Map<string, Decision>()).set(stream, 'no'),
    reset(before) {
      const decided = decisions
      decisions = null
      const isDecidedSo = (stream: string) =>
        (decided?.get(stream) ?? (authorize === undefined ? 'yes' : 'no')) === 'yes'
      return (stream) => mayRead(before, stream) && isDecidedSo(stream)
    },
  }
}
