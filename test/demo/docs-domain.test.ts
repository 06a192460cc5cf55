// The page on a domain of one's own is one program in steps: what a stranger copies from it must compile, and its test must pass.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { type Block, blocksOf, complaintsAbout } from '../compile-blocks.ts'
import { makeFolder } from '../compile.ts'

const blocks = blocksOf('docs/your-own-domain.md')
const program: Block = { language: 'tsx', code: blocks.map(({ code }) => code).join('\n') }

it('shows code that compiles, block after block', () => {
  expect(complaintsAbout([program])).toBe('')
  expect(blocks.length).toBe(8)
}, 30_000)

it('shows a test that passes', async () => {
  vi.stubEnv('JWT_SECRET', 'a secret of at least thirty-two characters')
  const folder = makeFolder()
  try {
    const file = join(folder, 'page.tsx')
    // A test inside of a test: it is called instead of being announced.
    writeFileSync(file, program.code.replace("it('follows a booking', async", 'export const follow = (async'))
    const { follow } = (await import(/* @vite-ignore */ file)) as { follow(): Promise<void> }
    await expect(follow()).resolves.toBeUndefined()
  } finally {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  }
})
