// What one session may read: what its token allows, less what the app's `authorize` refuses and what was revoked.
import { matchesAnyStream } from '../protocol/filter.ts'
import { type Authorize, type Identity, mayRead } from './access.ts'

/** Whose reach it is. */
export interface Reader {
  identity(): Identity | null
  /** `authorize` threw, which counts as no. */
  onAuthorizeThrew(cause: unknown): void
  /** A stream that nobody had asked about was first spoken on, and may be read as it turns out. */
  onGranted(stream: string): void
}

/** Shared by all sessions of hubs that ask nobody. */
const nothingDecided = new Map<string, Decision>()
const nothingRevoked: readonly string[] = []

/** A promise while the app is being asked. */
type Decision = 'yes' | 'no' | Promise<void>

export class Reach {
  readonly #authorize: Authorize | undefined
  readonly #session: Reader
  #decisions: Map<string, Decision>
  /** Names and patterns. */
  #revoked = nothingRevoked
  // The stream that was asked about last: busy ones are asked about again and again.
  #lastStream: string | null = null
  #lastReader: Identity | null = null
  #isLastOpen = false

  constructor(authorize: Authorize | undefined, session: Reader) {
    this.#authorize = authorize
    this.#session = session
    this.#decisions = this.#noDecisions()
  }

  /** Whether the stream may be read, as far as that is decided: what is being decided may not, yet. */
  may(stream: string): boolean {
    const reader = this.#session.identity()
    if (reader === null) return false
    if (this.#lastStream !== stream || this.#lastReader !== reader) {
      this.#lastStream = stream
      this.#lastReader = reader
      this.#isLastOpen = this.#isOpen(reader, stream)
    }
    if (!this.#isLastOpen) return false
    return this.#authorize === undefined || this.#isDecided(this.#authorize, reader, stream)
  }

  /** Has these decided. Null where nothing has to be waited for. */
  decide(streams: readonly string[]): Promise<void> | null {
    const reader = this.#session.identity()
    const authorize = this.#authorize
    if (authorize === undefined || reader === null) return null
    const open = streams.filter((stream) => this.#isOpen(reader, stream))
    const answers = open.map((stream) => this.#decisions.get(stream) ?? this.#ask(authorize, reader, stream))
    const waits = answers.filter((answer) => typeof answer !== 'string')
    return waits.length === 0 ? null : Promise.all(waits).then(() => {})
  }

  /** Names or patterns; from now on not, until the token is renewed. */
  revoke(streams: readonly string[]): void {
    this.#revoked = [...new Set([...this.#revoked, ...streams])]
    this.#lastStream = null
  }

  /** The token was renewed: everything is asked again. Returns what could be read with the one before. */
  reset(before: Identity): (stream: string) => boolean {
    const [decided, taken, authorize] = [this.#decisions, this.#revoked, this.#authorize]
    this.#decisions = this.#noDecisions()
    this.#revoked = nothingRevoked
    this.#lastStream = null
    const wasTaken = (stream: string) => matchesAnyStream(taken, stream)
    const wasAllowed = (stream: string) => authorize === undefined || decided.get(stream) === 'yes'
    return (stream) => mayRead(before, stream) && !wasTaken(stream) && wasAllowed(stream)
  }

  #noDecisions(): Map<string, Decision> {
    return this.#authorize === undefined ? nothingDecided : new Map<string, Decision>()
  }

  #isOpen(reader: Identity, stream: string): boolean {
    return mayRead(reader, stream) && !matchesAnyStream(this.#revoked, stream)
  }

  #isDecided(authorize: Authorize, reader: Identity, stream: string): boolean {
    const known = this.#decisions.get(stream)
    if (known !== undefined) return known === 'yes'
    const answer = this.#ask(authorize, reader, stream)
    if (typeof answer === 'string') return answer === 'yes'
    // It reads on from where the stream is then, as one that was allowed later.
    void answer.then(() => this.may(stream) && this.#session.onGranted(stream))
    return false
  }

  /** Asks about a stream that the token allows. */
  #ask(authorize: Authorize, reader: Identity, stream: string): Decision {
    const asked = this.#decisions
    // Only true is a yes.
    const settle = (answer: unknown) => void asked.set(stream, answer === true ? 'yes' : 'no')
    const refuse = (cause: unknown) => {
      settle(false)
      this.#session.onAuthorizeThrew(cause)
    }
    try {
      const answer = authorize(reader, stream)
      if (typeof answer === 'boolean') settle(answer)
      else asked.set(stream, answer.then(settle, refuse))
    } catch (cause) {
      refuse(cause)
    }
    return asked.get(stream)!
  }
}
