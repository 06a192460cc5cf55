// Holds faults.md and the tests true to each other: every fault has a test that is named by its id.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const catalogue = readFileSync(join(here, 'faults.md'), 'utf8')
const listed = [...catalogue.matchAll(/^\| (F\d+) \|/gm)].map(([, id]) => id!)

const tested = new Set(
  readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(test|e2e)\.tsx?$/.test(name))
    .flatMap((name) => [...readFileSync(join(here, name), 'utf8').matchAll(/['"`](F\d+):? /g)])
    .map(([, id]) => id!),
)

it('every fault of the catalogue has a test that is named by it', () => {
  expect(listed.length).toBeGreaterThan(50)
  expect(listed.filter((id) => !tested.has(id))).toEqual([])
})

it('every test that is named by a fault finds it in the catalogue', () => {
  expect([...tested].filter((id) => !listed.includes(id))).toEqual([])
})
