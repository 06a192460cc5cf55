// npm 10 drops the link to the Node binary of test/node24 when it discards the other platforms' packages; this puts it back.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url))
const target = `../node-${process.platform}-${process.arch}/bin/node`

if (process.platform !== 'win32' && existsSync(`${modules}.bin/${target}`) && !existsSync(`${modules}.bin/node`)) {
  mkdirSync(`${modules}.bin`, { recursive: true })
  rmSync(`${modules}.bin/node`, { force: true }) // a dangling link
  symlinkSync(target, `${modules}.bin/node`)
}
