// The page on events: what a stranger copies from it compiles, its script writes what it says, and its server refuses what it says.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RealtimeError } from '../../src/base/errors.ts'
import type { Gateway } from '../../src/gateway/index.ts'
import { createEventLog } from '../../src/hub/event-log.ts'
import { checkPayload } from '../../src/protocol/define-events.ts'
import { type EventTable, eventsJsonSchema, type JsonSchemaDocument } from '../../src/protocol/index.ts'
import { blocksOf, complaintsAbout } from '../compile-blocks.ts'
import { makeFolder, writeFiles } from '../compile.ts'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/events.md'), 'utf8')
const blocks = blocksOf('docs/events.md')
const names = blocks.map(({ code }) => /^\/\/ (\S+\.ts)\n/.exec(code)![1]!)

let folder = ''
beforeAll(() => {
  folder = makeFolder()
  writeFiles(
    folder,
    blocks.map(({ code }, index) => ({ path: names[index]!, code })),
  )
  vi.stubEnv('JWT_SECRET', 'a secret of at least thirty-two characters')
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const load = async <Module>(name: string) => (await import(/* @vite-ignore */ join(folder, name))) as Module
const loadEvents = () => load<{ events: EventTable }>('events.ts')

/** The document, as its script writes it in a process of its own. */
function writtenSchema(): JsonSchemaDocument {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', join(root, 'demo/resolve-livecache.ts'), 'write-schema.ts'],
    { cwd: folder, encoding: 'utf8' },
  )
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(readFileSync(join(folder, 'events.schema.json'), 'utf8')) as JsonSchemaDocument
}

function validatorOf(schema: object) {
  const ajv = new Ajv2020()
  formats.default(ajv)
  ajv.addSchema(schema, 'events.schema.json')
  /** @param address as the page names it */
  return (address: string, value: unknown) => ajv.validate(address, value)
}

const placed = { orderId: 'O-1', placedAt: '2024-11-09T14:30:00.000Z', cents: 995 }
const shipped = { orderId: 'O-1', parcels: ['P-1'] }

describe('the page on events', () => {
  it('shows code that compiles, each block a file that says its name', () => {
    const files = blocks.map(({ language, code }) => ({
      language,
      code: code.replaceAll(
        /from '\.\/([\w-]+\.ts)'/g,
        (_, name: string) => `from './block-${names.indexOf(name)}.ts'`,
      ),
    }))
    expect(names).toEqual(['events.ts', 'server.ts', 'write-schema.ts', 'dated.ts'])
    expect(complaintsAbout(files)).toBe('')
  }, 60_000)

  it('shows a script that writes the schema, in three lines and their imports', () => {
    const { code } = blocks[names.indexOf('write-schema.ts')]!
    expect(code.split('\n').filter((line) => line !== '' && !line.startsWith('//'))).toHaveLength(4)
    expect(text).toContain('```sh\nnode write-schema.ts\n```')
  })

  it('has it written as the table says', async () => {
    const { events } = await loadEvents()
    expect(writtenSchema()).toEqual(eventsJsonSchema(events))
  }, 30_000)

  it('names addresses in it, each of which is there and takes what it should', async () => {
    const isValid = validatorOf(writtenSchema())
    const addresses = [...text.matchAll(/^\| `(events\.schema\.json\S*)` \|/gm)].map(([, address]) => address!)
    expect(addresses).toEqual([
      'events.schema.json',
      'events.schema.json#/$defs/order.placed',
      'events.schema.json#/$defs/order.shipped@1',
    ])
    const [frame, current, older] = addresses as [string, string, string]
    expect([isValid(current, placed), isValid(current, { ...placed, cents: '995' })]).toEqual([true, false])
    expect([isValid(older, { orderId: 'O-1', parcel: 'P-1' }), isValid(older, shipped)]).toEqual([true, false])
    const log = createEventLog({ now: () => Date.UTC(2024, 10, 9), retentionMs: 1_000, maxPerStream: 10 })
    const logged = (payload: unknown, v?: number) =>
      log.append({
        type: v === undefined ? 'order.placed' : 'order.shipped',
        stream: 'tenant:3',
        payload,
        ...(v !== undefined && { v }),
      }).frame
    expect(isValid(frame, logged(placed))).toBe(true)
    expect(isValid(frame, logged(shipped, 2))).toBe(true)
    expect(isValid(frame, logged(shipped, 1))).toBe(false)
    expect(isValid(frame, logged({ ...placed, placedAt: 'yesterday' }))).toBe(false)
  }, 30_000)

  it('has a table of which schemas and JSON Schema say the same, older versions and ISO times too', async () => {
    const { events } = await loadEvents()
    const isValid = validatorOf(eventsJsonSchema(events))
    const cases: [string, string, unknown, number?][] = [
      ['order.placed', 'order.placed', placed],
      ['order.placed', 'order.placed', { ...placed, placedAt: '2024-11-09T14:30:00' }],
      ['order.placed', 'order.placed', { ...placed, placedAt: '2024-02-30T14:30:00Z' }],
      ['order.placed', 'order.placed', { ...placed, cents: 1.5 }],
      ['order.placed', 'order.placed', null],
      ['order.shipped', 'order.shipped', shipped, 2],
      ['order.shipped', 'order.shipped', { orderId: 'O-1' }, 2],
      ['order.shipped', 'order.shipped@1', { orderId: 'O-1', parcel: 'P-1' }, 1],
      ['order.shipped', 'order.shipped@1', shipped, 1],
    ]
    const verdicts = cases.map(([type, name, value, v]) => {
      const isTaken = checkPayload(events[type], value, v).ok
      expect([name, value, isValid(`events.schema.json#/$defs/${name}`, value)]).toEqual([name, value, isTaken])
      return isTaken
    })
    expect(verdicts.filter(Boolean)).toHaveLength(3)
  })

  it('gives a JSON Schema to what has none', async () => {
    const { events } = await load<{ events: EventTable }>('dated.ts')
    const isValid = validatorOf(eventsJsonSchema(events))
    const address = 'events.schema.json#/$defs/order.delivered'
    expect([isValid(address, { at: '2024-11-09T14:30:00Z' }), isValid(address, { at: 'now' })]).toEqual([true, false])
    expect(checkPayload(events['order.delivered'], { at: '2024-11-09T14:30:00Z' })).toMatchObject({
      payload: { at: new Date('2024-11-09T14:30:00Z') },
    })
  })
})

describe('the server of the page', () => {
  let gateway: Gateway
  let orderPlaced: (orderId: string, cents: number) => ReturnType<Gateway['publish']>
  beforeAll(async () => {
    ;({ gateway, orderPlaced } = await load<{ gateway: Gateway; orderPlaced: typeof orderPlaced }>('server.ts'))
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await gateway.close()
  })

  it('publishes what the table knows, with the time as text', async () => {
    const frame = await orderPlaced('O-1', 995)
    expect(frame).toMatchObject({ type: 'order.placed', stream: 'tenant:3', payload: { orderId: 'O-1', cents: 995 } })
    expect((frame.payload as typeof placed).placedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('fills in the current version, and takes an older one that is named', async () => {
    const to = { tenant: '3' }
    expect(await gateway.publish({ type: 'order.shipped', payload: shipped }, to)).toMatchObject({
      v: 2,
      payload: shipped,
    })
    const first = { orderId: 'O-1', parcel: 'P-1' }
    expect(await gateway.publish({ type: 'order.shipped', payload: first, v: 1 }, to)).toMatchObject({
      v: 1,
      payload: first,
    })
  })

  it('refuses the rest, by the codes and in the words of the page', async () => {
    const cases = [
      { type: 'order.place', payload: placed },
      { type: 'order.placed', payload: { ...placed, cents: '995' } },
      { type: 'order.shipped', payload: shipped, v: 3 },
      { type: 'order.placed', payload: { ...placed, orderId: 'O'.repeat(69_894) } },
    ]
    const rows = [...text.matchAll(/^\| .+ \| `([\w-]+)` \| `(.+)` \|$/gm)].map(([, code, words]) => ({
      code,
      words: words!,
    }))
    expect(rows).toHaveLength(cases.length)
    for (const [index, event] of cases.entries()) {
      const error = (await gateway.publish(event, { tenant: '3' }).catch((cause: unknown) => cause)) as RealtimeError
      const { code, words } = rows[index]!
      expect(error.code).toBe(code)
      let rest = error.message
      for (const part of words.split('…').map((some) => some.trim())) {
        expect(rest).toContain(part)
        rest = rest.slice(rest.indexOf(part) + part.length)
      }
    }
  })
})
