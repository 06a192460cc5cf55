// Packages that may be missing, in a process where they are.
import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { importPeer, type OptionalPeer } from '../../src/gateway/optional-peer.ts'

const peers: OptionalPeer[] = ['redis', 'prom-client', 'pino', 'rate-limiter-flexible']

it.each(peers)('a process without "%s" is told how to install it', (name) => {
  const code = `
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier !== '${name}') return next(specifier, context)
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
      },
    })
    const { importPeer } = await import('${new URL('../../src/gateway/optional-peer.ts', import.meta.url).href}')
    const failed = await importPeer('${name}', 'metrics').catch((error) => error)
    console.log(JSON.stringify({ code: failed.code, message: failed.message, cause: failed.cause.code }))`
  const told = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code],
    { encoding: 'utf8', timeout: 20_000 },
  )
  const { code: errorCode, message, cause } = JSON.parse(told) as Record<string, string>
  expect([errorCode, cause]).toEqual(['missing-peer', 'ERR_MODULE_NOT_FOUND'])
  expect(message).toMatch(new RegExp(`^metrics needs the package "${name}".*npm install ${name} `))
})

it('a package that is there is loaded with its types', async () => {
  const { createClient } = await importPeer('redis', 'this test')
  expect(createClient).toBeTypeOf('function')
})
