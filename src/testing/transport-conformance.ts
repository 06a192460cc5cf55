// What every transport has to do, as checks that any test runner can run: for the adapters that ship, and for anybody's own.
// The checks of a client that uses one are client-checks.ts; watching a link is watched-link.ts.
import { closeCodes } from '../protocol/codes.ts'
import { type ClientFrame, protocolName } from '../protocol/frames.ts'
import { expectSame, expectThat, pause, until, upTo } from './check.ts'
import { type Check, clientChecks, restartCheck } from './client-checks.ts'
import type { TransportBench } from './transport-bench.ts'
import { joinServer, watchLink, type WatchedLink } from './watched-link.ts'

export interface ConformanceCheck {
  name: string
  /** Rejects with an Error that says in a sentence what is wrong. */
  run(): Promise<void>
}

/** One test each, one after the other: `for (const { name, run } of transportConformance(bench)) it(name, run)`. */
export function transportConformance(bench: TransportBench): ConformanceCheck[] {
  return Object.entries({ ...linkChecks, ...clientChecks }).flatMap(([name, check]) =>
    name === restartCheck && bench.restart === undefined ? [] : [{ name, run: () => check(bench) }],
  )
}

const linkChecks: Record<string, Check> = {
  'opens, says which protocol the server chose, and brings its welcome': (bench) =>
    watched(bench, async (link) => {
      await until(() => link.opened, 'the link opens', bench)
      expectThat(
        link.protocol === protocolName,
        `it reports the protocol ${protocolName}, not ${String(link.protocol)}`,
      )
      link.signIn()
      await until(() => link.has('welcome'), 'the welcome arrives', bench)
    }),

  'brings events in order, each once': (bench) =>
    joined(bench, async (link) => {
      const numbers = upTo(200)
      for (const n of numbers) await bench.publish({ type: link.eventType, payload: { n } })
      await until(() => link.payloads().length >= numbers.length, 'all events arrive', bench)
      await pause(50)
      expectSame(
        link.payloads().map((payload) => (payload as { n: number }).n),
        numbers,
        'events',
      )
    }),

  'brings text as it was sent: every alphabet, emoji, line ends, 60 KB': (bench) =>
    joined(bench, async (link) => {
      const texts = ['ü€🙂👩‍👩‍👧', 'a\nb\r\nc\rd\u2028e', '"\\\0\uFEFF', '', `${'🙂'.repeat(15_000)}!`]
      for (const text of texts) await bench.publish({ type: link.eventType, payload: { text } })
      await until(() => link.payloads().length >= texts.length, 'all events arrive', bench)
      expectSame(
        link.payloads().map((payload) => (payload as { text: string }).text),
        texts,
        'texts',
      )
    }),

  'says what the client says, all of it, in order': (bench) =>
    joined(bench, async (link) => {
      const frames = upTo(30).flatMap((n): ClientFrame[] => [
        { type: 'subscribe', id: `${link.eventType}-${n}`, events: ['none'] },
        { type: 'ack', eventId: `${link.eventType}-${n}` },
      ])
      for (const frame of frames) link.send(frame)
      const own = async () =>
        (await bench.received()).map(nameOf).filter((name) => name.startsWith(`${link.eventType}-`))
      await until(async () => (await own()).length >= frames.length, 'the server hears all of them', bench)
      expectSame(await own(), frames.map(nameOf), 'frames')
    }),

  'is silent once it was closed, and may be closed twice': (bench) =>
    joined(bench, async (link) => {
      link.close()
      link.close()
      const before = link.said
      await bench.publish({ type: link.eventType, payload: {} })
      link.send({ type: 'ping' })
      await pause(100)
      expectThat(link.said === before, 'a closed link calls nobody back')
    }),

  'never opens where it was closed at once': (bench) =>
    watched(bench, async (link) => {
      link.close()
      await pause(100)
      expectThat(link.said === 0, 'a link that was closed before it opened calls nobody back')
    }),

  'reports a cut once, as the end of the link, or outlives it': (bench) =>
    joined(bench, async (link) => {
      await pause(20)
      await bench.cut()
      await bench.publish({ type: link.eventType, payload: {} })
      // A browser repeats a poll whose connection broke, by itself: then there is nothing to report.
      const goesOn = () => link.payloads().length > 0
      await until(() => link.closures.length > 0 || goesOn(), 'the cut is reported, or events still arrive', bench)
      await pause(100)
      const { length } = link.closures
      expectThat(length === 1 || goesOn(), `the cut is reported once, not ${length} times`)
      expectThat(
        link.closures.every(({ code }) => code !== closeCodes.normal),
        'a cut is not reported as a normal end (1000), after which clients wait',
      )
    }),

  'reports a link that cannot be opened once, and throws nothing': (bench) =>
    watched(
      bench,
      async (link) => {
        await until(() => link.closures.length > 0, 'the failure is reported', bench)
        await pause(100)
        expectThat(link.closures.length === 1, `the failure is reported once, not ${link.closures.length} times`)
        expectThat(!link.opened, 'a link that cannot be opened is not reported as open')
      },
      bench.createRefusedTransport(),
    ),

  'keeps two links apart: closing one leaves the other': (bench) =>
    joined(bench, async (link) => {
      await joined(bench, async (other) => other.close())
      await bench.publish({ type: link.eventType, payload: {} })
      await until(() => link.payloads().length === 1, 'the other link still brings events', bench)
    }),
}

/** Runs a check on a link, and judges what every link has to keep to. */
async function watched(
  bench: TransportBench,
  check: (link: WatchedLink) => Promise<void>,
  transport = bench.createTransport(),
): Promise<void> {
  const link = watchLink(transport, bench)
  try {
    await check(link)
  } finally {
    link.close()
  }
  expectThat(link.faults.length === 0, `the link keeps to the port: ${link.faults.join('; ')}`)
}

/** The same on one that is signed in, subscribed and resumed. */
function joined(bench: TransportBench, check: (link: WatchedLink) => Promise<void>): Promise<void> {
  return watched(bench, async (link) => {
    await joinServer(link, bench)
    await check(link)
  })
}

function nameOf(frame: ClientFrame): string {
  if (frame.type === 'ack') return frame.eventId ?? ''
  return ('id' in frame && frame.id) || ''
}
