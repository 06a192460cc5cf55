// `npm run bench` measures everything, `npm run bench -- storm` one thing. What the figures mean: docs/benchmarks.md.

const benches: Readonly<Record<string, () => Promise<{ run(): void | Promise<void> }>>> = {
  storm: () => import('./storm.ts'),
  'events-node': () => import('./events-node.ts'),
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`)
  process.exit(1)
}
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  const { run } = await benches[name]!()
  await run()
}
