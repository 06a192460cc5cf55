// The badges of the README are pictures of this project's own, so their figures are held here: the size to its budget, the number of
// tests by all.ts, which counts them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')
const shownBy = (badge: string) => /<title>(.+)<\/title>/.exec(read(`docs/badges/${badge}.svg`))![1]!

it('the badge of the size shows the budget that the core keeps', () => {
  const [, budget] = /core[^\n]*?(\d[\d_]{4,})/.exec(read('test/size.test.ts'))!
  expect(shownBy('size')).toBe(`core, min+gzip: ${Math.ceil(Number(budget!.replaceAll('_', '')) / 1_000)} kB`)
})

it('the README says in words what its badges show', () => {
  const readme = read('README.md')
  for (const badge of ['size', 'tests']) expect(readme).toContain(`![${shownBy(badge)}](docs/badges/${badge}.svg)`)
})
