// What one session may read: what its token allows, less what the app's `authorize` refuses and what was revoked.
import { matchesAnyStream } from '../protocol/filter.ts'
import { type Authorize, type Identity, mayRead } from './access.ts'

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
  /** Names or patterns; from now on not, until the token is renewed. */
  revoke(streams: readonly string[]): void
  /** The token was renewed: everything is asked again. Returns what could be read with the one before. */
  reset(before: Identity): (stream: string) => boolean
}

interface Answer {
  stream: string | null
  reader: Identity | null
  revoked: readonly string[]
  isOpen: boolean
}

const noAnswer: Answer = { stream: null, reader: null, revoked: [], isOpen: false }
/** Shared by all sessions of hubs that ask nobody. */
const nothingDecided = new Map<string, Decision>()

/** A promise while the app is being asked. */
type Decision = 'yes' | 'no' | Promise<void>

export function createReach({ authorize, identity, onError, onGranted }: ReachOptions): Reach {
  let decisions = authorize === undefined ? nothingDecided : new Map<string, Decision>()
  /** Names and patterns. */
  let revoked: readonly string[] = []
  /** Of the stream that was asked about last: busy ones are asked about again and again. */
  let last = noAnswer

  /** Asks about a stream that the token allows. */
  function ask(authorizeIt: Authorize, reader: Identity, stream: string): Decision {
    const asked = decisions
    // Only true is a yes.
    const settle = (answer: unknown) => void asked.set(stream, answer === true ? 'yes' : 'no')
    const refuse = (cause: unknown) => {
      settle(false)
      onError(cause, stream)
    }
    try {
      const answer = authorizeIt(reader, stream)
      if (typeof answer === 'boolean') settle(answer)
      else asked.set(stream, answer.then(settle, refuse))
    } catch (cause) {
      refuse(cause)
    }
    return asked.get(stream)!
  }

  const isOpen = (reader: Identity, stream: string) => mayRead(reader, stream) && !matchesAnyStream(revoked, stream)

  function may(stream: string): boolean {
    const reader = identity()
    if (reader === null) return false
    if (last.stream !== stream || last.reader !== reader || last.revoked !== revoked) {
      last = { stream, reader, revoked, isOpen: isOpen(reader, stream) }
    }
    if (!last.isOpen) return false
    if (authorize === undefined) return true
    const known = decisions.get(stream)
    if (known !== undefined) return known === 'yes'
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
      const open = streams.filter((stream) => isOpen(reader, stream))
      const answers = open.map((stream) => decisions.get(stream) ?? ask(authorize, reader, stream))
      const waits = answers.filter((answer) => typeof answer !== 'string')
      return waits.length === 0 ? null : Promise.all(waits).then(() => {})
    },
    revoke(streams) {
      revoked = [...new Set([...revoked, ...streams])]
    },
    reset(before) {
      const [decided, taken] = [decisions, revoked]
      if (authorize !== undefined) decisions = new Map()
      revoked = []
      const wasTaken = (stream: string) => matchesAnyStream(taken, stream)
      const wasAllowed = (stream: string) => authorize === undefined || decided.get(stream) === 'yes'
      return (stream) => mayRead(before, stream) && !wasTaken(stream) && wasAllowed(stream)
    },
  }
}
