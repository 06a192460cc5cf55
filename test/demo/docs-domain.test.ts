// The page on a domain of one's own is one program in steps: what a stranger copies from it must compile.
import { expect, it } from 'vitest'
import { type Block, blocksOf, complaintsAbout } from '../compile-blocks.ts'

it('shows code that compiles, block after block', () => {
  const blocks = blocksOf('docs/your-own-domain.md')
  const program: Block = { language: 'tsx', code: blocks.map(({ code }) => code).join('\n') }
  expect(complaintsAbout([program])).toBe('')
  expect(blocks.length).toBe(8)
}, 30_000)
