// What a machine may lack, and the one sentence that says so.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function chromiumComplaint(env: Record<string, string>): string {
  const code = `const { noChromium } = await import('./test/chromium.ts'); console.log(noChromium)`
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    env,
    encoding: 'utf8',
  }).trim()
}

describe('without a Chromium', () => {
  it('the browser tests say how to get one', () => {
    const empty = mkdtempSync(join(tmpdir(), 'no-browsers-'))
    expect(chromiumComplaint({ PATH: empty, PLAYWRIGHT_BROWSERS_PATH: empty })).toBe(
      'No Chromium was found, so the browser tests cannot run. Get one with `npx playwright install chromium` or `apt-get install chromium`, or name one: CHROMIUM_PATH=/path/to/chrome.',
    )
    rmSync(empty, { recursive: true })
  })

  it('where one is named, they say that the name is wrong', () => {
    expect(chromiumComplaint({ CHROMIUM_PATH: '/nowhere/chrome' })).toBe(
      'CHROMIUM_PATH names no file: /nowhere/chrome. Point it at a Chromium or Chrome, or unset it.',
    )
  })
})

describe('with a Node that is too old', () => {
  it.each(['20.20.2', '22.17.9', '18.0.0'])('Node %s is told what is needed, before anything else fails', (version) => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); await import('./test/node24/check.js')`
    const { status, stderr, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', pretend], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.trim()).toBe(
      `livecache: the demo and the tests need Node 22.18 or newer, and this is Node ${version}. Install Node 24, then run the command again.`,
    )
  })

  it.each(['22.18.0', '24.0.0', '26.1.0'])('Node %s goes on', (version) => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); await import('./test/node24/check.js')`
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', pretend], { cwd: root }).status).toBe(0)
  })
})
