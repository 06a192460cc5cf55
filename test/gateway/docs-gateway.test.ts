// The page on the gateway: what a newcomer copies from it compiles, and what is said to run is run, with a real client at its end.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { defaultLimits } from '../../src/gateway/admission.ts'
import { defaultSessionLimits } from '../../src/hub/limits.ts'
import { afterTest, endAll } from '../after-test.ts'
import { type Block, blocksOf, complaintsAbout } from '../compile-blocks.ts'
import { startPageServer } from '../docs/page-server.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/gateway.md'), 'utf8')
const programs = [...page.matchAll(/```js runs\n([^]*?)```/g)].map(([, code]) => code!)
const secret = 'thirty-two random bytes, or more of them'

afterEach(endAll)

async function until(isSo: () => boolean | Promise<boolean>) {
  await expect.poll(isSo, { timeout: 10_000, interval: 20 }).toBe(true)
}

describe('a newcomer', () => {
  it('finds lines for Express and for Fastify, ten of them to add at most', () => {
    expect(programs).toHaveLength(2)
    for (const code of programs) {
      const own = code.split('\n').filter((line) => /livecache|[gG]ateway/.test(line))
      expect(own.length).toBeLessThanOrEqual(10)
    }
  })

  it.each(programs.map((code) => [/from '(express|fastify)'/.exec(code)![1]!, code]))(
    'puts it on an app of %s with the lines of the page, and sees what happens there',
    async (_name, code) => {
      const { port, end } = await startPageServer(code, {
        args: ['--import', join(root, 'demo/resolve-livecache.ts')],
        env: { JWT_SECRET: secret },
      })
      afterTest(end)
      const url = `http://127.0.0.1:${port}`
      await until(() =>
        fetch(`${url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      const token = await new SignJWT({ tenant: '3' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('ada')
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret))
      const client = createClient({ url: `ws://127.0.0.1:${port}/realtime`, getToken: () => token })
      afterTest(client.dispose)
      client.hold()
      const heard: unknown[] = []
      client.on('goal.completed', ({ payload, stream }) => heard.push([stream, payload]))
      await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
      expect((await fetch(`${url}/goals/7/complete`, { method: 'POST' })).status).toBe(204)
      await until(() => heard.length === 1)
      expect(heard).toEqual([['tenant:3', { id: '7' }]])
      expect((await fetch(`${url}/elsewhere`)).status).toBe(404)
    },
    20_000,
  )
})

describe('the page', () => {
  it('shows TypeScript that compiles', () => {
    const blocks: Block[] = blocksOf('docs/gateway.md').filter(({ language }) => language === 'ts')
    expect(blocks.length).toBe(4)
    for (const block of blocks) expect(complaintsAbout([block])).toBe('')
  }, 60_000)

  it('names the defaults of the limits as they are', () => {
    const all = { ...defaultSessionLimits, ...defaultLimits } as Record<
      string,
      number | { burst: number; perSecond: number }
    >
    const table = page.slice(page.indexOf('## Limits'), page.indexOf('## Running it'))
    const shown = (value: number) => (value >= 1_048_576 ? `${value / 1_048_576} MB` : value.toLocaleString('en'))
    for (const row of table.split('\n').filter((line) => line.startsWith('| `'))) {
      const [, names = '', text = ''] = row.split('|')
      for (const [, name] of names.matchAll(/`(\w+)`/g)) {
        const value = all[name!]
        if (value === undefined) throw new Error(`${name} is no limit`)
        const words =
          typeof value === 'number'
            ? [shown(value)]
            : [`${shown(value.perSecond)} a second`, `${shown(value.burst)} at once`]
        for (const word of words) expect(`${name}: ${text}`).toContain(word)
      }
    }
  })
})
