// docs/security.md: its blocks compile, and it leaves out no option and no reason.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { blocksOf, complaintsAbout } from '../compile-blocks.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const source = (path: string) => readFileSync(join(root, path), 'utf8')

/** What the app of the page has of its own. */
const database = `
declare const db: {
  sessions: { find(token: string): Promise<{ userId: string; endsAt: number; roles: string[] } | null> }
  goals: { isMember(goalId: string, userId: string): Promise<boolean>; removeMember(goalId: string, userId: string): Promise<void> }
  users: { lock(userId: string): Promise<void> }
}
`

it('shows code that compiles', () => {
  const blocks = blocksOf('docs/security.md').map(({ language, code }) => ({ language, code: database + code }))
  expect(complaintsAbout(blocks)).toBe('')
  expect(blocks.length).toBe(6)
}, 30_000)

it('names every option of verifyJwt in a table', () => {
  const rows = [...page.matchAll(/^\| (`[^|]+) \|/gm)].map(([, names]) => names)
  const fields = [
    ...source('src/gateway/jwt.ts')
      .split('export interface JwtOptions')[1]!
      .split('\n}')[0]!
      .matchAll(/^ {2}(\w+)\?:/gm),
  ]
  const keys = [
    ...source('src/gateway/jwt-keys.ts')
      .split('export interface JwtKeyOptions')[1]!
      .split('\n}')[0]!
      .matchAll(/^ {2}(\w+)\?:/gm),
  ]
  const names = [...fields, ...keys].map(([, name]) => name)
  expect(names.length).toBe(14)
  expect(names.filter((name) => !rows.some((row) => row!.includes(`\`${name}\``)))).toEqual([])
})

it('says of every reason what to look at', () => {
  const reasons = [...source('src/hub/token-refused.ts').matchAll(/^ {2}\| '([\w-]+)'/gm)].map(([, reason]) => reason!)
  expect(reasons.length).toBe(17)
  expect(reasons.filter((reason) => !new RegExp(`^\\| .*\`${reason}\`.* \\|`, 'm').test(page))).toEqual([])
})
