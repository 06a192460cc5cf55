// `npm run bench` measures everything, `npm run bench -- storm` one thing. What the figures mean: docs/benchmarks.md.
import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** Few rounds and small numbers, to see whether a benchmark works. */
  readonly quick: boolean
  /** Of a benchmark with parts, those to run. Empty: all. */
  readonly only: readonly string[]
}

const benches: Readonly<Record<string, () => Promise<{ run(options: BenchOptions): void | Promise<void> }>>> = {
  storm: () => import('./storm.ts'),
  'events-node': () => import('./events-node.ts'),
  page: () => import('./page.ts'),
  gateway: () => import('./gateway.ts'),
}

const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
})
const unknown = asked.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`)
  process.exit(1)
}
const only = values.only.split(',').filter((part) => part !== '')
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  try {
    const { run } = await benches[name]!()
    await run({ quick: values.quick, only })
  } catch (error) {
    // The others are worth their figures all the same.
    console.error(`${name} failed:`, error)
    process.exitCode = 1
  }
}
