// The README and the pages beside it are what a stranger copies from: their code must compile against what is public.
import { expect, it } from 'vitest'
import { blocksOf, complaintsAbout } from './compile-blocks.ts'

const blocks = ['README.md', 'docs/diagnostics.md'].flatMap(blocksOf)

it('shows code that compiles', () => {
  expect(complaintsAbout(blocks)).toBe('')
  expect(blocks.length).toBe(13)
}, 30_000)
