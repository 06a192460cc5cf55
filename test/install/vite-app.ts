// A new Vite app with React 19 and TypeScript, as `npm create vite -- --template react-ts` makes it, and the quickstart pasted into it.
import { noChromium } from '../chromium.ts'
import { type App, asHere, filesOf, makeApp, read } from './app.ts'
import { lookAt } from './page.ts'

const template = {
  'package.json': JSON.stringify({ name: 'pasted', private: true, version: '0.0.0', type: 'module' }),
  'index.html':
    '<!doctype html><html lang="en"><head><meta charset="UTF-8" /><title>pasted</title></head><body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body></html>',
  'vite.config.ts':
    "import react from '@vitejs/plugin-react'\nimport { defineConfig } from 'vite'\n\nexport default defineConfig({ plugins: [react()] })\n",
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: 'esnext',
      types: ['vite/client'],
      skipLibCheck: true,
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      verbatimModuleSyntax: true,
      moduleDetection: 'force',
      noEmit: true,
      jsx: 'react-jsx',
      strict: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      erasableSyntaxOnly: true,
      noFallthroughCasesInSwitch: true,
      noUncheckedSideEffectImports: true,
    },
    include: ['src'],
  }),
  'src/main.tsx': `import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import App from './App.tsx'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
`,
}

/** The template comes with an App as the default export of `src/App.tsx`; the block takes its place. */
function quickstart(): Record<string, string> {
  const pasted = filesOf('README.md')
  if (pasted['src/App.tsx'] === undefined)
    throw new Error(
      'README.md has no block that begins with "// src/App.tsx", so there is no quickstart to paste. Put that line above the one that is meant.',
    )
  return pasted
}

/** With the checks of the app itself, and with those that read every declaration it reaches. */
function compile(app: App) {
  app.run('typescript/bin/tsc', '--noEmit')
  app.run('typescript/bin/tsc', '--noEmit', '--skipLibCheck', 'false')
}

/** The quickstart has a server in its page: the link comes up, and what it shows changes by itself. */
async function watch(folder: string) {
  const { preview } = await import('vite')
  const server = await preview({ root: folder, logLevel: 'error', preview: { port: 0, host: '127.0.0.1' } })
  try {
    await lookAt(server.resolvedUrls!.local[0]!, async (page) => {
      await page.locator('[data-lc=indicator][data-status=connected]').first().waitFor({ timeout: 15_000 })
      const before = await page.locator('#root').innerText()
      await page.waitForFunction(
        (text) => document.querySelector('#root')?.textContent !== text && document.body.innerText !== text,
        before,
        {
          timeout: 15_000,
        },
      )
    })
  } finally {
    await server.close()
  }
}

export async function viteApp(tarball: string): Promise<void> {
  const app = makeApp('vite')
  try {
    app.write({ ...template, ...quickstart() })
    app.install(tarball, [
      ...asHere(
        'react',
        'react-dom',
        '@types/react',
        '@types/react-dom',
        '@types/node',
        'typescript',
        'vite',
        '@vitejs/plugin-react',
      ),
      ...asHere('@tanstack/react-query'),
    ])
    compile(app)
    app.run('vite/bin/vite.js', 'build', '--logLevel', 'warn')
    if (noChromium === null) await watch(app.folder)
    else if (process.env['CI']) throw new Error(noChromium)
    else console.warn(`not looked at: ${noChromium}`)
    everySubpath(app)
    console.log(app.run('livecache/dist/cli/livecache.js', '--version').trim())
  } finally {
    app.remove()
  }
}

/** Each door, for the compiler, in an app that has none of the optional packages. What runs in Node has Node's types. */
function everySubpath(app: App) {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> }
  // The two doors of the test kit are for who has the package they are named after.
  const doors = Object.keys(exports).filter((door) => !/testing\/|package\.json/.test(door))
  app.write({
    'src/doors.ts': doors.map((door, index) => importOf(door.replace(/^\./, 'livecache'), index)).join('\n'),
  })
  app.run('typescript/bin/tsc', '--noEmit', '--skipLibCheck', 'false', '--types', 'node,vite/client')
}

const importOf = (door: string, index: number) =>
  door.endsWith('.css') ? `import '${door}'` : `export * as door${index} from '${door}'`
