// Lets Node find `livecache` and its rooms in src/, as an app finds them in node_modules. Loaded by --import, before
// anything that names them.
import { registerHooks } from 'node:module'

const src = new URL('../src/', import.meta.url)

registerHooks({
  resolve(specifier, context, nextResolve) {
    const [, room] = /^livecache(?:\/([a-z]+))?$/.exec(specifier) ?? []
    if (room !== undefined) return nextResolve(new URL(`${room}/index.ts`, src).href, context)
    return nextResolve(specifier === 'livecache' ? new URL('index.ts', src).href : specifier, context)
  },
})
