// Opens a link of any transport and writes down what it reports.
import { expect, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { Transport, TransportLink, TransportRequest } from '../../src/transports/index.ts'

export const plainRequest: TransportRequest = {
  protocol: null,
  params: {},
  credential: null,
  lastEventId: null,
  clock: systemClock,
  isHidden: () => false,
}

export interface Dialled {
  link: TransportLink
  heard: unknown[]
  /** How often the server gave a sign of life beside messages. */
  signs: () => number
  hears: (count: number) => Promise<void>
}

export function dial(transport: Transport, request: Partial<TransportRequest> = {}): Dialled {
  const heard: unknown[] = []
  let signs = 0
  const link = transport.open(
    { ...plainRequest, ...request },
    {
      opened: (protocol) => heard.push(['opened', protocol]),
      message: (text, sse) => heard.push(sse === undefined ? ['message', text] : ['message', text, sse]),
      alive: () => signs++,
      closed: ({ code, reason, retryAfterMs }) =>
        heard.push(['closed', code, reason, ...(retryAfterMs === undefined ? [] : [retryAfterMs])]),
    },
  )
  return {
    link,
    heard,
    signs: () => signs,
    hears: (count) => vi.waitFor(() => expect(heard).toHaveLength(count)),
  }
}
