// What is for who develops an app costs nobody else a byte: bundled for production, none of its texts is there.
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { bundled } from '../bundle.ts'

const index = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
const imports = 'createRealtime, RealtimeProvider, useRealtimeEvent, sse, polling, RealtimeToasts'

const script = `import { ${imports} } from ${JSON.stringify(index)}\nconsole.log(${imports})`

const notices = (code: string) => code.match(/livecache\/docs\/troubleshooting\.md#/g)?.length ?? 0

it('has every notice in development, and none in production', async () => {
  expect(notices(await bundled(script, 'development'))).toBeGreaterThan(5)
  const production = await bundled(script, 'production')
  expect(notices(production)).toBe(0)
  expect(production).not.toContain('console.warn')
  // The errors are for everybody.
  expect(production).toContain('livecache/docs/errors.md#')
})
