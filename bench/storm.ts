// `npm run bench -- storm`: 10,000 clients lose one server and come back, ours beside others. Simulated, so the same everywhere.
import { hinted, ladder, phased, restarted } from './storm/livecache.ts'
import { peers } from './storm/peers.ts'
import { type Outage, type Policy, simulate } from './storm/simulation.ts'
import { type Cell, printTable, seconds, thousands } from './table.ts'

const outage: Outage = { clients: 10_000, lengthMs: 10_000, seed: 1 }
const head = ['clients of', 'peak attempts/s', 'back p50 s', 'p99 s', 'tries in vain', 'gave up']

function row(policy: Policy, of: Outage): Cell[] {
  const { peakPerSecond, p50Ms, p99Ms, attemptsInVain, gaveUp } = simulate(policy, of)
  return [policy.name, thousands(peakPerSecond), seconds(p50Ms), seconds(p99Ms), attemptsInVain.toFixed(1), gaveUp]
}

function table(title: string, policies: readonly Policy[], of: Outage) {
  printTable(
    title,
    head,
    policies.map((policy) => row(policy, of)),
  )
}

const hints = [
  hinted(10_000, 2_000),
  // It was away for longer than it had said.
  hinted(5_000, 2_000),
  hinted(5_000, 2_000, { policy: 'phased' }),
]

export function run() {
  table('The server is away for 10 s and refuses', [ladder, phased, restarted, ...hints, ...peers], outage)
  table('The same for 5 minutes', [ladder, phased, ...peers], { ...outage, lengthMs: 300_000 })
  table('Away for 10 s and silent: an attempt fails after 10 s, our openTimeoutMs', [ladder, phased], {
    ...outage,
    silentForMs: 10_000,
  })
}
