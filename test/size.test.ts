// What a browser loads: each part of the package, bundled and compressed as an app would, held to its budget.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rollup } from 'vite'
import { describe, expect, it } from 'vitest'
import { bundled } from './bundle.ts'

const src = fileURLToPath(new URL('../src/', import.meta.url))

const core =
  'createRealtime, defineEvents, payload, webSocket, patch, upsert, remove, invalidate, RealtimeProvider, useRealtime, useRealtimeConnection, useRealtimeEvent, useShownStatus'

interface Part {
  readonly name: string
  /** What an app imports from the package. */
  readonly imports: string
  /** It comes on top of these. */
  readonly besides?: string
  /** min + gzip, in bytes: what it is, and some 4 % for growth. Raise it on purpose only. */
  readonly budget: number
}

/** With what the UI brings for everybody: words, announcer, parts. */
const withUi = `${core}, RealtimeIndicator, LiveBadge, ConnectionBanner, RealtimeUiProvider, en`

const parts: readonly Part[] = [
  // The goal: less than TanStack Query itself, 9,800.
  { name: 'the core: client, WebSocket, rules, provider, hooks', imports: core, budget: 37_900 },
  // The goal: 4,000 more.
  { name: 'the indicator', imports: 'RealtimeIndicator', besides: core, budget: 6_300 },
  // The goal: 4,000 more, without sonner.
  { name: 'toasts', imports: 'RealtimeToasts, useToastHistory', besides: withUi, budget: 7_000 },
  // The goal: 14,000.
  {
    name: 'all of ui, in two languages',
    imports:
      'RealtimeIndicator, LiveBadge, StatusTransition, ConnectionBanner, Dialog, RealtimeUiProvider, useLiveHighlight, useAnnouncer, useConnectionLoss, useNow, useReducedMotion, ar, en',
    besides: core,
    budget: 10_900,
  },
  // A domain may be taken out.
  ...(existsSync(`${src}goals`)
    ? [
        {
          name: 'the goals, rows beyond 200 apart',
          imports: 'GoalActivityFeed, goalEvents, goalCacheRules, MeasureSparkline, WidgetFrame',
          besides: withUi,
          budget: 6_600,
        },
      ]
    : []),
  // The goal: 3,000 more.
  { name: 'SSE and polling', imports: 'sse, polling', besides: core, budget: 4_540 },
]

/**
 * Each subpath by itself, with everything in it and all that it stands on: min + gzip, in bytes, and some 4 % for growth. An app that takes
 * less of it loads less.
 */
const subpaths: Readonly<Record<string, number>> = {
  protocol: 6_700,
  transports: 6_700,
  client: 25_000,
  hub: 25_200,
  query: 37_300,
  react: 37_900,
  ui: 13_100,
  toasts: 11_200,
  ...(existsSync(`${src}goals`) && { goals: 12_700 }),
}

/** Bytes of a script that uses all of these of the front door, without its peers. */
const sizeOf = (imports: string): Promise<number> =>
  sizeOfScript(`import { ${imports} } from ${JSON.stringify(`${src}index.ts`)}\nconsole.log(${imports})`)

const sizeOfSubpath = (room: string): Promise<number> =>
  sizeOfScript(`import * as all from ${JSON.stringify(`${src}${room}/index.ts`)}\nconsole.log(all)`)

const sizeOfScript = async (script: string): Promise<number> =>
  gzipSync(await bundled(script, 'production'), { level: 9 }).length

describe('the size of', () => {
  it.each(parts)('$name is within $budget bytes', async ({ imports, besides, budget }) => {
    const size =
      besides === undefined ? await sizeOf(imports) : (await sizeOf(`${besides}, ${imports}`)) - (await sizeOf(besides))
    expect(size).toBeLessThanOrEqual(budget)
    // A budget that is far above what it is for holds nothing.
    expect(size).toBeGreaterThan(budget * 0.8)
  })

  it.each(Object.entries(subpaths))('livecache/%s is within %i bytes', async (room, budget) => {
    const size = await sizeOfSubpath(room)
    expect(size).toBeLessThanOrEqual(budget)
    expect(size).toBeGreaterThan(budget * 0.8)
  })

  it('is measured for every subpath that a browser loads', () => {
    const { exports } = JSON.parse(readFileSync(`${src}../package.json`, 'utf8')) as { exports: object }
    const elsewhere = /gateway|testing|\.css$|package\.json/
    // A domain that was taken out has no size.
    const doors = Object.keys(exports).filter(
      (door) => !elsewhere.test(door) && existsSync(`${src}${door}/index.ts`) && door !== '.',
    )
    expect(doors.map((door) => door.slice(2)).toSorted()).toEqual(Object.keys(subpaths).toSorted())
  })

  // The goal: 6,000.
  it('the styles is within 3750 bytes', async () => {
    const result = (await build({
      configFile: false,
      logLevel: 'error',
      build: { write: false, rolldownOptions: { input: `${src}styles.css` } },
    })) as Rollup.RollupOutput
    const sheet = result.output.find(({ fileName }) => fileName.endsWith('.css')) as Rollup.OutputAsset
    const size = gzipSync(sheet.source.toString(), { level: 9 }).length
    expect(size).toBeLessThanOrEqual(3_750)
    expect(size).toBeGreaterThan(3_750 * 0.8)
  })
})
