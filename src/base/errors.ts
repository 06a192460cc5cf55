// The one error class, and every code it can carry.

/** What went wrong, for code to branch on; each has a section in docs/errors.md. */
export type RealtimeErrorCode =
  /** `url` is missing, empty, no URL, of a scheme that is not ws, wss, http or https, or ws:// on an https page to another machine. */
  | 'invalid-url'
  /** An option has a value it cannot have. */
  | 'invalid-option'
  /** An operation was built from something it cannot work on. */
  | 'invalid-operation'
  /** A hook ran outside `<RealtimeProvider>`. */
  | 'no-provider'
  /** `<RealtimeProvider>` stands outside `<QueryClientProvider>`. */
  | 'no-query-client'
  /** A thing was used after its `dispose()`. */
  | 'disposed'
  /** `getToken` threw, rejected or took longer than its limit. */
  | 'token-failed'
  /** Thrown by a `verify`: the token says nothing it could be let in by. */
  | 'unauthorized'
  /** The browser would not open the link, or the server refused something that was asked for. */
  | 'refused'
  /** A rule, a handler or an updater of the app threw. `cause` is what it threw. */
  | 'handler-threw'
  /** A rule for toasts answered something that cannot be shown; the rest of it was. */
  | 'invalid-toast'
  /** A payload was refused by the schema of its event type. */
  | 'invalid-payload'
  /** Something was to be published whose type is not in the table of events. */
  | 'unknown-event'
  /** The server ends one link after another because of what is said on them. */
  | 'protocol-fault'
  /** Something was published while nothing can be sent or kept: paused, signed out, or down for long. */
  | 'not-connected'
  /** More is waiting to be published than is kept. */
  | 'queue-full'
  /** Published, and not answered in time. */
  | 'publish-expired'
  /** The server did not take what was published. */
  | 'publish-refused'
  /** The server takes no `publish`. */
  | 'publish-unsupported'
  /** The port the gateway was told to use is taken. */
  | 'port-in-use'
  /** The store behind the gateway (Redis) can't be reached, so nothing can be published or read through it. */
  | 'engine-unavailable'
  /** An optional package is needed for what was asked, and is not installed. */
  | 'missing-peer'
  /** The test kit: `settle()` waited for long, and something is still going on. */
  | 'not-settled'

/** By `import` and by `require` the package has this class twice, and a process may come to load both: they know each other by this. */
const mark = Symbol.for('livecache.error')

/**
 * An error that says what happened, why it matters and what to do, and where to read more: a page of this package, which is in
 * node_modules. Branch on `code`, never on the message.
 */
export class RealtimeError extends Error {
  override readonly name = 'RealtimeError'
  readonly code: RealtimeErrorCode
  /** @internal */
  get [mark](): true {
    return true
  }

  /** Of a class that extends this one, the ordinary answer. */
  static override [Symbol.hasInstance](thrown: unknown): thrown is RealtimeError {
    if (this !== RealtimeError) return Function.prototype[Symbol.hasInstance].call(this, thrown)
    return typeof thrown === 'object' && thrown !== null && mark in thrown
  }

  constructor(code: RealtimeErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${message} (livecache/docs/errors.md#${code})`, options)
    this.code = code
  }
}
