// `npm run test:deep`: the random schedules of the tests, twenty times as many, from another seed each time, and the gateways that are
// killed, ten times as often. A failing schedule is printed with its seed, and with how to play it again.
import { spawnSync } from 'node:child_process'

const runs = '20000'
const seed = String(Math.floor(Math.random() * 2 ** 31))
console.log(`Seed ${seed}`)

function run(command: string, env: Record<string, string>): boolean {
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit', env: { ...process.env, ...env } })
  return status === 0
}

const passed = [
  run('vitest run --project unit test/query/convergence.test.ts test/client/nemesis.test.ts', {
    CONVERGENCE_RUNS: runs,
    CONVERGENCE_SEED: seed,
    NEMESIS_RUNS: runs,
    NEMESIS_SEED: seed,
  }),
  run(
    'vitest run --project smoke test/gateway/cluster.test.ts test/gateway/restart-kill.test.ts test/gateway/redis-random.test.ts',
    {
      CLUSTER_RUNS: '100',
      RESTART_RUNS: '100',
      REDIS_RUNS: '400',
    },
  ),
]
process.exit(passed.every(Boolean) ? 0 : 1)
