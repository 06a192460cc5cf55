// The tests on docs/testing.md, run as they stand there: each block is a module of its own, and its tests are among these. And the
// quickstart without a server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { act, render, screen } from '@testing-library/react'
import type { ComponentType } from 'react'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { blocksOf } from '../../compile-blocks.ts'

// Inside the project, so that its dependencies are found; behind a dot, so that nobody else finds it.
const folder = mkdtempSync(join(import.meta.dirname, '.docs-'))
const blocks = blocksOf('docs/testing.md')

for (const [index, { language, code }] of blocks.entries()) {
  const file = join(folder, `block-${index}.${language}`)
  writeFileSync(file, code)
  describe(`block ${index + 1} of docs/testing.md`, async () => {
    let began = 0
    beforeEach(() => void (began = performance.now()))
    // The first is what everybody begins with: it passes in under a second. Schedules play minutes.
    afterEach(() => expect(performance.now() - began, 'ms it took').toBeLessThan(index === 0 ? 1_000 : 5_000))
    await import(/* @vite-ignore */ file)
  })
}
afterAll(() => rmSync(folder, { recursive: true }))

it('the quickstart without a server shows what its server makes up', async () => {
  vi.useFakeTimers()
  const file = join(folder, 'quickstart.tsx')
  writeFileSync(file, blocksOf('docs/quickstart-without-a-server.md')[0]!.code)
  const { App } = (await import(/* @vite-ignore */ file)) as { App: ComponentType }
  render(<App />)
  await act(() => vi.advanceTimersByTimeAsync(4_100))
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['Order 0', 'Order 1'])
  expect(screen.getByText('Live')).toBeInTheDocument()
  vi.useRealTimers()
})

it('the first one has ten lines', () => {
  const [, test = ''] = blocks[0]!.code.split('// Its test:\n')
  expect(test.trim().split('\n')).toHaveLength(10)
})
