// The API of the page, and the clock of its server.
import type { Row } from '../../events/event.ts'
import { counters } from './watch.ts'

const api = { url: '', delayMs: 0, rows: 0, passesSignal: false }
let all: Promise<Row[]> | null = null
let aheadMs = 0

export function configureApi(options: Partial<typeof api>) {
  Object.assign(api, options)
}

export async function fetchRows({ signal }: { signal?: AbortSignal } = {}): Promise<Row[]> {
  counters.fetchesBegunAt.push(serverNow())
  return requestRows(api.passesSignal ? signal : undefined)
}

async function requestRows(signal?: AbortSignal): Promise<Row[]> {
  const response = await fetch(`${api.url}rows?rows=${api.rows}&delayMs=${api.delayMs}`, { ...(signal && { signal }) })
  return (await response.json()) as Row[]
}

/** At the start all of them are asked for at once, which one answer can serve. */
export async function fetchRow(index: number): Promise<Row> {
  all ??= requestRows().finally(() => (all = null))
  return (await all)[index]!
}

/** Finds out how far the server's clock is ahead: from the quickest of some answers, whose error is half its round trip. */
export async function setClock() {
  let quickestMs = Infinity
  for (let n = 0; n < 10; n++) {
    const askedAt = performance.now()
    const now = (await (await fetch(`${api.url}clock`)).json()) as number
    const tookMs = performance.now() - askedAt
    if (tookMs >= quickestMs) continue
    quickestMs = tookMs
    aheadMs = now - askedAt - tookMs / 2
  }
}

export const serverNow = (at = performance.now()): number => at + aheadMs
