// bench/RESULTS.md: each benchmark that writes there has a part of its own, and leaves those of the others.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const path = new URL('RESULTS.md', import.meta.url)

/** @param title of the part, which is replaced if there is one, or added */
export function writeResults(title: string, text: string) {
  writeFileSync(path, withPart(existsSync(path) ? readFileSync(path, 'utf8') : '', title, text))
}

/** `whole` with the part that begins with the heading `title` as given. */
export function withPart(whole: string, title: string, text: string): string {
  const [, ...parts] = whole.split(/^(?=## )/m).map((part) => part.trim())
  const part = `## ${title}\n\n${text.trim()}`
  const at = parts.findIndex((known) => known.startsWith(`## ${title}\n`))
  return `${[heading, ...(at === -1 ? [...parts, part] : parts.with(at, part))].join('\n\n')}\n`
}

/** One page, and so one heading of the first rank. */
const heading = '# Results'
