// One measurement: a fresh page, one order to the server, and what both say of it.
import type { ServerProcess } from '../events/server-process.ts'
import type { Order, SentAt } from '../events/server.ts'
import { rowCount } from '../events/event.ts'
import type { Browser, Page } from './chromium.ts'
import type { Awaited, Column, Effect, Outcome, Setup, Topology } from './setup.ts'
import type { Site } from './site.ts'

export interface Bench {
  readonly browser: Browser
  readonly server: ServerProcess
  readonly site: Site
}

export interface Task {
  readonly column: Column
  readonly topology: Topology
  readonly rows?: number
  readonly effect?: Effect
  readonly apiMs?: number
  readonly order: Pick<Order, 'events' | 'perSecond' | 'gatherMs' | 'disorder'>
  readonly deadlineMs?: number
  /** Where another than the last values may be shown at the end. @default false */
  readonly mayBeStale?: boolean
  /** The rows being right is no end. @default false */
  readonly waitsForDeadline?: boolean
  readonly heap?: boolean
  /** Given the profile of the measured time. */
  readonly onProfile?: (profile: unknown) => void
}

export interface Measured {
  readonly outcome: Outcome
  readonly sentAt: SentAt
  /** From the first byte to the end. */
  readonly ms: number
  readonly busyMs: number
  readonly cpuMs: number
  /** Beyond what was in use before; NaN where it was not asked for. */
  readonly keptBytes: number
}

const deadlineMs = 90_000

export async function measure({ browser, server, site }: Bench, task: Task): Promise<Measured> {
  const { column, topology, rows = rowCount, effect = { kind: 'change' }, apiMs = 0 } = task
  const order: Order = { ...task.order, form: column.form, perMessage: column.perMessage, rows }
  await server.prepare(order)
  const page = await browser.open(site.url)
  try {
    const setup: Setup = { column, topology, rows, effect, apiMs, url: server.url }
    await page.evaluate(`page.start(${JSON.stringify(setup)})`)
    const measured = await receive(page, server, order, task)
    if (!task.mayBeStale && measured.outcome.staleRows > 0) {
      throw new Error(
        `${column.name} (${topology}): ${measured.outcome.staleRows} of ${rows} rows are stale at the end.`,
      )
    }
    return measured
  } finally {
    await page.close()
  }
}

async function receive(page: Page, server: ServerProcess, order: Order, task: Task): Promise<Measured> {
  const heapBefore = task.heap ? await page.heapBytes() : Number.NaN
  const awaited: Awaited = {
    events: order.events,
    waitsForDeadline: task.waitsForDeadline ?? false,
    deadlineMs: task.deadlineMs ?? deadlineMs,
  }
  await page.evaluate(`page.expect(${JSON.stringify(awaited)})`)
  const endProfile = task.onProfile && (await page.profile())
  const before = await page.work()
  const sent = server.send(order)
  const outcome = await page.evaluate<Outcome>('page.outcome()')
  const after = await page.work()
  if (endProfile) task.onProfile?.(await endProfile())
  const sentAt = await sent
  const keptBytes = task.heap ? (await page.heapBytes()) - heapBefore : Number.NaN
  return {
    outcome,
    sentAt,
    ms: outcome.endedAt - sentAt[0]!,
    busyMs: after.busyMs - before.busyMs,
    cpuMs: after.cpuMs - before.cpuMs,
    keptBytes,
  }
}
