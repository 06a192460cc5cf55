// The version of the package, as its package.json says it: beside `src` here, beside `dist` where it is installed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function version(): string {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
