// `fetch`, and what a transport does not tell: headers, and when which bytes came.
export interface Exchange {
  readonly status: number
  readonly headers: Headers
  readonly isRedirected: boolean
  /** By `performance.now()`. */
  readonly askedAt: number
  readonly headersAt: number
  /** When the first bytes of the body came; null until then. */
  readonly firstByteAt: number | null
  /** The first 4 KB, as far as they have come. */
  readonly head: string
}

export interface WatchedFetch {
  readonly fetch: typeof fetch
  /** Those of method GET that were answered, first one first. */
  readonly exchanges: readonly Exchange[]
}

const headLength = 4_096

/** @param origin the page that is played: a program may say what a browser would */
export function watchFetch(origin: string | null): WatchedFetch {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    async fetch(input, init = {}) {
      const headers = new Headers(init.headers)
      if (origin !== null) headers.set('origin', origin)
      const askedAt = performance.now()
      const response = await fetch(input, { ...init, headers })
      if ((init.method ?? 'GET') !== 'GET') return response
      const exchange = {
        status: response.status,
        headers: response.headers,
        isRedirected: response.redirected,
        askedAt,
        headersAt: performance.now(),
        firstByteAt: null as number | null,
        head: '',
      }
      exchanges.push(exchange)
      if (response.body === null) return response
      const decoder = new TextDecoder()
      const tap = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          exchange.firstByteAt ??= performance.now()
          if (exchange.head.length < headLength) exchange.head += decoder.decode(chunk, { stream: true })
          controller.enqueue(chunk)
        },
      })
      return new Response(response.body.pipeThrough(tap), { status: response.status, headers: response.headers })
    },
  }
}
