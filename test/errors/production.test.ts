// What is for who develops an app costs nobody else a byte: bundled for production, none of its texts is there.
import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'
import { expect, it } from 'vitest'

const index = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
const imports = 'createRealtime, RealtimeProvider, useRealtimeEvent, sse, polling, RealtimeToasts'

/** The script of an app that uses all of this. */
async function bundled(environment: string): Promise<string> {
  const entry = 'virtual:app'
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': JSON.stringify(environment) },
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry ? `import { ${imports} } from ${JSON.stringify(index)}\nconsole.log(${imports})` : null,
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: entry, external: [/^react(-dom)?(\/|$)/, '@tanstack/react-query', 'sonner'] },
    },
  })) as Rollup.RollupOutput
  return result.output[0].code
}

const notices = (code: string) => code.match(/livecache\/docs\/troubleshooting\.md#/g)?.length ?? 0

it('has every notice in development, and none in production', async () => {
  expect(notices(await bundled('development'))).toBeGreaterThan(5)
  const production = await bundled('production')
  expect(notices(production)).toBe(0)
  expect(production).not.toContain('console.warn')
  // The errors are for everybody.
  expect(production).toContain('livecache/docs/errors.md#')
})
