// The network of a test: answers prepared beforehand, and what was asked.
export interface Call {
  url: string
  init: RequestInit
}

/** A `fetch` that answers each call in turn, and rejects when it is aborted, as the real one does. */
export function fetchOf(...answers: (Response | Error | Promise<Response>)[]) {
  const calls: Call[] = []
  const fake = async (address: string, init: RequestInit) => {
    calls.push({ url: address, init })
    const answer = answers.shift() ?? new Response(null, { status: 500 })
    if (answer instanceof Error) throw answer
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
    })
    return Promise.race([answer, aborted])
  }
  return { calls, fetch: fake as unknown as typeof fetch }
}
