// @vitest-environment jsdom
// The tour is an app: it runs, and the test it shows passes.
import { render, screen, waitFor } from '@testing-library/react'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createElement } from 'react'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, writeFiles } from '../compile.ts'
import { filesOf } from './compile-pages.ts'

let folder = ''
beforeAll(() => {
  folder = makeFolder()
  const files = filesOf('docs/tour.md').map(({ path, code }) => ({
    path,
    // A test inside of a test: it is called instead of being announced.
    code: code
      .replace(
        "it('shows an order that was placed, and says when the link is down', async",
        'export const shown = (async',
      )
      // Nobody waits here.
      .replace('every: 1_000', 'every: 50'),
  }))
  writeFiles(folder, files)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const load = async <Module>(path: string) => (await import(/* @vite-ignore */ join(folder, path))) as Module

describe('the tour', () => {
  it('shows an app that runs: orders come in and move on by themselves', async () => {
    const { default: App } = await load<{ default: () => null }>('src/App.tsx')
    const { unmount } = render(createElement(App))
    await waitFor(() => expect(screen.getByText(/Ada Obi: new/)).toBeTruthy())
    expect(screen.getByText('Live')).toBeTruthy()
    await waitFor(() => expect(screen.getByText(/Ada Obi: paid/)).toBeTruthy())
    expect(screen.getAllByText(/New order from Ada Obi/).length).toBeGreaterThan(0)
    unmount()
  }, 15_000)

  it('shows a test that passes, in less than a second', async () => {
    const { shown } = await load<{ shown(): Promise<void> }>('src/orders.test.tsx')
    const beganAt = performance.now()
    await shown()
    expect(performance.now() - beganAt).toBeLessThan(1_000)
  })
})
