// Faults of the link in a real page (faults.md), which only a browser shows: its sockets, its page events, its policies.
import { chromium } from '@playwright/test'
import { launchOptions } from '../chromium.ts'
import { bundle, expect, html, isLive, noticed, start, test, untilNoticed } from './faults-site.ts'
import { flood, type FloodReport } from './flood.ts'

test('F2 a half-open link is found by its silence and replaced without waiting for its close event', async ({
  page,
  site,
}) => {
  const backend = await site.startGateway({ heartbeatMs: 500 })
  await page.goto(site.address)
  // A heartbeat of 0.5 s of the wall and 10 s to spare, at ten times its pace.
  await start(page, backend, { speed: 10, client: { silenceTimeoutMs: 20_000 } })
  await untilNoticed(page, isLive)
  backend.publish(3)
  await untilNoticed(page, ({ heard }) => heard.length === 3)

  backend.proxy.set({ silent: 'both' })
  backend.proxy.set({})
  const silentAt = performance.now()
  backend.publish(3)
  const { heard, resyncs, state } = await untilNoticed(page, ({ heard: so }) => so.length === 6)
  expect(performance.now() - silentAt).toBeLessThan(4_500)
  expect(heard).toEqual(backend.published)
  expect(resyncs).not.toContain('lost')
  expect(state).toMatchObject({ name: 'connected', resumed: true })
  expect(backend.proxy.open).toBe(2)
})

test('F18 an offline device is not dialled from, and is back within two seconds', async ({ page, context, site }) => {
  const backend = await site.startGateway()
  await page.goto(site.address)
  await start(page, backend, { client: { pingTimeoutMs: 500 } })
  await untilNoticed(page, isLive)
  backend.publish(3)
  await untilNoticed(page, ({ heard }) => heard.length === 3)

  await context.setOffline(true)
  backend.proxy.set({ silent: 'both', refuses: true })
  await untilNoticed(page, ({ state }) => state.name === 'offline', 4_000)
  const { counters } = await noticed(page)
  const accepted = backend.proxy.accepted
  backend.publish(3)
  await page.waitForTimeout(2_500)
  expect((await noticed(page)).counters.dials).toBe(counters.dials)
  expect(backend.proxy.accepted).toBe(accepted)

  backend.proxy.set({})
  await context.setOffline(false)
  const onlineAt = performance.now()
  const { heard, resyncs, state } = await untilNoticed(page, ({ heard: so }) => so.length === 6)
  expect(performance.now() - onlineAt).toBeLessThan(2_000)
  expect(heard).toEqual(backend.published)
  expect(resyncs).not.toContain('lost')
  expect(state).toMatchObject({ name: 'connected', resumed: true })
})

test('F18 a device that is online by its own word, without a network, is retried by the ladder', async ({
  page,
  site,
}) => {
  const backend = await site.startGateway()
  await page.goto(site.address)
  await start(page, backend, { speed: 10 })
  await untilNoticed(page, isLive)
  expect(await page.evaluate(() => navigator.onLine)).toBe(true)

  backend.proxy.set({ refuses: true })
  backend.proxy.cut()
  const { diagnostics, states } = await untilNoticed(page, ({ counters }) => counters.dials === 5)
  expect(states).not.toContain('offline')
  const dialledAt = diagnostics.filter(({ type }) => type === 'attempt').map(({ at }) => at)
  const waits = dialledAt.slice(1).map((at, index) => at - dialledAt[index]!)
  // Half of a ceiling that doubles each time is the least; the whole of it, and the machine's part, the most.
  for (const [index, ceiling] of [2_000, 4_000, 8_000].entries()) {
    expect(waits[index + 1]).toBeGreaterThanOrEqual(ceiling / 2)
    expect(waits[index + 1]).toBeLessThan(ceiling + 2_000)
  }
})

const networkChanges = {
  online: () => void window.dispatchEvent(new Event('online')),
  'connection.change': () => {
    const { connection } = navigator as unknown as { connection: EventTarget & { type?: string } }
    // It changes with each measurement of speed too; another path shows by its type.
    const type = connection.type === 'cellular' ? 'wifi' : 'cellular'
    Object.defineProperty(connection, 'type', { configurable: true, value: type })
    connection.dispatchEvent(new Event('change'))
  },
}
for (const [name, tell] of Object.entries(networkChanges)) {
  test(`F19 another network (${name}): the open socket is asked, and replaced where it does not answer in two seconds`, async ({
    page,
    site,
  }) => {
    const backend = await site.startGateway()
    await page.goto(site.address)
    await start(page, backend)
    await untilNoticed(page, isLive)
    backend.publish(3)
    await untilNoticed(page, ({ heard }) => heard.length === 3)
    // A path that lives answers.
    await page.evaluate(tell)
    await page.waitForTimeout(200)

    backend.proxy.set({ silent: 'both' })
    backend.proxy.set({})
    backend.publish(3)
    const toldAt = performance.now()
    await page.evaluate(tell)
    const { heard, resyncs, counters, states } = await untilNoticed(page, ({ heard: so }) => so.length === 6)
    expect(performance.now() - toldAt).toBeGreaterThan(1_900)
    expect(performance.now() - toldAt).toBeLessThan(2_900)
    expect(counters.dials).toBe(2)
    expect(states.filter((state) => state === 'connected')).toHaveLength(2)
    expect(heard).toEqual(backend.published)
    expect(resyncs).not.toContain('lost')
  })
}

test('F20 a laptop that slept for eight hours: one reconnect, one word of a loss, one fetch of each query', async ({
  page,
  site,
}) => {
  const backend = await site.startGateway({ maxPerStream: 3 })
  await page.clock.install()
  await page.goto(site.address)
  await start(page, backend, { queries: ['goal:1', 'goal:2'] })
  await untilNoticed(page, isLive)
  for (const stream of ['goal:1', 'goal:2']) backend.publish(1, stream)
  await untilNoticed(page, ({ heard }) => heard.length === 2)
  // What is fetched at the beginning, and after a loss, is spread over two seconds.
  await page.waitForTimeout(2_500)
  const before = await noticed(page)

  backend.proxy.set({ silent: 'both' })
  for (const stream of ['goal:1', 'goal:2']) backend.publish(10, stream)
  await page.clock.fastForward('08:00:00')
  backend.proxy.set({})
  await page.evaluate(() => {
    for (const type of ['focus', 'online', 'focus']) window.dispatchEvent(new Event(type))
  })
  await untilNoticed(page, ({ state }) => state.name === 'connected' && 'resumed' in state && state.resumed)
  backend.publish()
  await untilNoticed(page, ({ heard }) => heard.length === 3)
  await page.waitForTimeout(2_500)
  const after = await noticed(page)
  expect(after.counters.dials).toBe(2)
  expect(after.resyncs.slice(before.resyncs.length)).toEqual(['lost'])
  for (const key of ['goal:1', 'goal:2']) expect(after.fetches[key]! - before.fetches[key]!).toBe(1)
  expect(after.heard).toEqual([1, 2, 23])
})

test('F22 the back/forward cache: no socket while the page is in it, and on its return the session goes on', async ({
  site,
}) => {
  // Playwright turns the cache off.
  const browser = await chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  const page = await browser.newPage()
  const backend = await site.startGateway()
  await page.goto(site.address)
  await start(page, backend)
  await untilNoticed(page, isLive)
  backend.publish(3)
  await untilNoticed(page, ({ heard }) => heard.length === 3)

  await page.goto(`${site.address}/another`)
  await expect.poll(() => backend.gateway.hub.sessions).toBe(0)
  backend.publish(3)
  await page.goBack({ waitUntil: 'commit' })
  const { restored, heard, resyncs, state, counters } = await untilNoticed(page, ({ heard: so }) => so.length === 6)
  expect(restored).toBe(1)
  expect(heard).toEqual(backend.published)
  expect(resyncs).not.toContain('lost')
  expect(state).toMatchObject({ name: 'connected', resumed: true })
  expect(counters.dials).toBe(2)
  await browser.close()
})

test('F30 a policy that forbids the socket: said once and at once, and the next transport carries the data', async ({
  page,
  site,
}) => {
  const backend = await site.startGateway()
  const policy = `connect-src ${new URL(backend.http).origin}`
  await page.goto(`${site.address}/?csp=${encodeURIComponent(policy)}`)
  await start(page, backend, { kinds: ['websocket', 'sse'], client: { nextTransportAfterMs: 60_000 } })
  const { state } = await untilNoticed(page, isLive)
  expect(state).toMatchObject({ transport: 'sse', degraded: true })
  backend.publish(3)
  await untilNoticed(page, ({ heard }) => heard.length === 3)
  backend.proxy.cut()
  backend.publish(3)
  const { heard } = await untilNoticed(page, ({ heard: so }) => so.length === 6)
  expect(heard).toEqual(backend.published)
  // The transport that worked is tried first from then on.
  const { violations, errors } = await noticed(page)
  expect(violations).toBe(1)
  expect(errors).toEqual([expect.stringContaining('refused')])
})

test('F30 an address that is not encrypted on a page that is: refused at once, with a word on what to do', async ({
  page,
  site,
}) => {
  await page.route('https://app.test/**', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: site.script })
      : route.fulfill({ contentType: 'text/html', body: html }),
  )
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await page.goto('https://app.test/')
  const addresses = { ws: 'ws://api.test/realtime', http: 'https://api.test/events' }
  await expect(start(page, addresses)).rejects.toThrow(
    '"ws://api.test/realtime" is not encrypted and the page is, so the browser would refuse it. Use wss:// instead.',
  )
  expect(sockets).toEqual([])
})

/** What holds for a client however hard it is flooded. */
function expectCalm(client: FloodReport) {
  expect(client).toMatchObject({ heard: client.sent, inOrder: true, resyncs: ['joined'] })
  expect(client.counters).toMatchObject({ dials: 1, heldBack: 0, duplicates: 0, lost: 0 })
  // All confirmed, at most once a second.
  expect(client.acked.upTo).toBe(client.sent)
  expect(client.acked.frames).toBeLessThanOrEqual(client.readMs / 1_000 + 3)
  // One flush a frame, of no more than the queue may hold.
  expect(client.flushes).toBeLessThanOrEqual(client.readMs / 16 + 2)
  expect(client.largestFlush).toBeLessThan(10_000)
}

test('F54 a flood of fifty thousand events a second: in order, bounded, one flush a frame', async () => {
  expectCalm(await flood(await bundle('flood-page.ts'), { kind: 'client', perSecond: 50_000, seconds: 0.5 }))
})

test('F54 a flood of half of what a bare socket can read: no more long tasks than the bare socket has', async () => {
  const script = await bundle('flood-page.ts')
  const { heard, readMs } = await flood(script, { kind: 'bare', perSecond: 50_000, seconds: 0.5 })
  const perSecond = Math.round(((heard / readMs) * 1_000) / 2)
  // Whatever else the machine does interrupts either page; what the client itself adds would show in every round.
  const rounds: string[] = []
  for (let round = 0; round < 3; round++) {
    const client = await flood(script, { kind: 'client', perSecond, seconds: 4 })
    expectCalm(client)
    const bare = await flood(script, { kind: 'bare', perSecond, seconds: 4 })
    if (client.longTasks.length <= bare.longTasks.length) return
    rounds.push(`client ${client.longTasks.join()}, bare ${bare.longTasks.join()}`)
  }
  expect(rounds).toEqual([])
})

test('F55 a page that is busy for five seconds: no reconnect, no late ack, everything delivered', async ({
  page,
  site,
}) => {
  const backend = await site.startGateway({ heartbeatMs: 1_000 })
  await page.goto(site.address)
  // Its own time runs ten times as fast, so that it believes it was busy for fifty seconds: longer than what it takes for death.
  await start(page, backend, { speed: 10 })
  await untilNoticed(page, isLive)
  const traffic = setInterval(() => backend.publish(2), 10)
  await page.evaluate(() => {
    // The link is asked whether it lives, and the answer has to wait too.
    window.dispatchEvent(new Event('focus'))
    const until = performance.now() + 5_000
    while (performance.now() < until);
  })
  await page.waitForTimeout(700)
  clearInterval(traffic)
  const all = backend.published.length
  expect(all).toBeGreaterThan(500)
  await expect.poll(async () => (await noticed(page)).heard.length).toBe(all)
  const { heard, counters, states, resyncs } = await noticed(page)
  expect(heard).toEqual(backend.published)
  expect(counters.dials).toBe(1)
  expect(states).toEqual(['connecting', 'authenticating', 'connected'])
  expect(resyncs).not.toContain('lost')
  await expect.poll(async () => (await noticed(page)).counters.acked).toBe(all)
})

test('F64 a token that runs out just as the link breaks, and the next one is refused: one request at a time in each of two tabs', async ({
  context,
  site,
}) => {
  const backend = await site.startGateway({
    verify(token = '') {
      if (token.endsWith('-3')) throw new Error('refused')
      return { subject: 'ada', streams: ['*'], expiresAt: Date.now() + 15_000 }
    },
  })
  const tabs = [await context.newPage(), await context.newPage()]
  for (const tab of tabs) await tab.goto(site.address)
  // Renewed at four fifths of its fifteen seconds, which at this speed is soon.
  await Promise.all(tabs.map((tab, index) => start(tab, backend, { tokens: `/token?tab=${index}`, speed: 20 })))
  for (const tab of tabs) await untilNoticed(tab, ({ tokens: { asked } }) => asked === 2)
  backend.proxy.cut()
  for (const tab of tabs) {
    const { tokens, states } = await untilNoticed(
      tab,
      ({ tokens: { asked }, state }) => asked >= 4 && state.name === 'connected',
    )
    expect(tokens).toMatchObject({ asked: 4, atOnce: 1 })
    expect(states).not.toContain('unauthorized')
  }
})
