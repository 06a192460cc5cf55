// The pages of the kit: what a stranger copies compiles. That the ten lines pass, and how fast: react/docs.test.tsx.
import { expect, it } from 'vitest'
import { blocksOf, complaintsAbout } from '../compile-blocks.ts'

it('the code on the pages of the test kit and of the demo compiles', () => {
  const blocks = ['docs/testing.md', 'docs/quickstart-without-a-server.md'].flatMap(blocksOf)
  expect(blocks).toHaveLength(7)
  expect(complaintsAbout(blocks)).toBe('')
}, 60_000)
