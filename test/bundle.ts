// An app as a browser gets it: bundled and minified, without the peers of the package.
import { build, type Rollup } from 'vite'

/** @param script what the app imports and does @param environment what `process.env.NODE_ENV` says */
export async function bundled(script: string, environment: 'development' | 'production'): Promise<string> {
  const entry = 'virtual:app'
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    // Vitest says it is a test, and JSX would be that of development.
    oxc: { jsx: { development: false } },
    define: { 'process.env.NODE_ENV': JSON.stringify(environment) },
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? script : null),
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
