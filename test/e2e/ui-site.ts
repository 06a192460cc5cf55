// Builds the page as Vite does by default, with its older browsers in mind, and serves it under a strict policy.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

export interface UiSite {
  readonly address: string
  readonly css: string
  close(): void
}

const types = { js: 'text/javascript', css: 'text/css' } as const

/** @param appCss the app's own styles, through the same build @param htmlAttributes of its root @param page a script beside this file */
export async function serveUiPage(appCss = '', htmlAttributes = '', page = 'ui-page.tsx'): Promise<UiSite> {
  const entry = fileURLToPath(new URL(page, import.meta.url))
  const { output } = (await build({
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    plugins: [
      {
        name: 'app-css',
        resolveId: (id) => (id === 'virtual:app.css' ? '\0app.css' : null),
        load: (id) => (id === '\0app.css' ? appCss : null),
      },
    ],
    build: { write: false, rolldownOptions: { input: entry } },
  })) as Rollup.RollupOutput
  const scripts = new Map(
    output.flatMap((file) => (file.type === 'chunk' ? [[`/${file.fileName}`, file.code] as const] : [])),
  )
  const [start] = output.flatMap((file) => (file.type === 'chunk' && file.isEntry ? [`/${file.fileName}`] : []))
  const sheet = output.find((file) => file.fileName.endsWith('.css')) as Rollup.OutputAsset
  const css = sheet.source.toString()
  const html = `<!doctype html><html lang="en" ${htmlAttributes}><title>app</title><link rel="stylesheet" href="/app.css"><main></main><script type="module" src="${start}"></script>`
  const server = createServer(({ url = '/' }, response) => {
    const kind = url.endsWith('.js') ? 'js' : url.endsWith('.css') ? 'css' : null
    const script = scripts.get(url as `/${string}`)
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; style-src 'self'")
    response.setHeader('content-type', kind === null ? 'text/html' : types[kind])
    response.end(script ?? (kind === 'css' ? css : html))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    css,
    close: () => void server.close(),
  }
}
