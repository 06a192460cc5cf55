// `npm run test:deep`: the random schedules of the tests, twenty times as many, from another seed each time. A failing one is printed
// with its seed, and with how to play it again.
import { spawnSync } from 'node:child_process'

const runs = '20000'
const seed = String(Math.floor(Math.random() * 2 ** 31))
console.log(`Seed ${seed}`)
const { status } = spawnSync('vitest run --project unit test/query/convergence.test.ts test/client/nemesis.test.ts', {
  shell: true,
  stdio: 'inherit',
  env: { ...process.env, CONVERGENCE_RUNS: runs, CONVERGENCE_SEED: seed, NEMESIS_RUNS: runs, NEMESIS_SEED: seed },
})
process.exit(status ?? 1)
