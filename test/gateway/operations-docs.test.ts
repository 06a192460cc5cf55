// Dashboard, alerts and runbooks name what there is: metrics, places, code.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { prometheusMetrics } from '../../src/gateway/metrics.ts'
import { createHub, type Engine } from '../../src/hub/index.ts'
import { parseAsOf } from '../../src/protocol/index.ts'
import { blocksOf, complaintsAbout } from '../compile-blocks.ts'
import { makeFolder } from '../compile.ts'

const folder = join(import.meta.dirname, '../../docs/operations')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

/** As in the text that Prometheus reads: those of a histogram by the name of the whole. */
const namesIn = (text: string) =>
  [...new Set(text.match(/\blivecache_[a-z_]+\b/g) ?? [])].map((name) =>
    name.replace(/(?<=_seconds)_(bucket|sum|count)$/, ''),
  )

let exported: string[] = []
beforeAll(async () => {
  const metrics = await prometheusMetrics()
  exported = [...(await metrics.text()).matchAll(/^# TYPE (livecache_\w+) /gm)].map(([, name]) => name!)
})

interface Panel {
  id: number
  type: string
  title: string
  description?: string
  datasource?: { type: string; uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: { refId: string; expr: string; datasource: { type: string; uid: string } }[]
}

interface Dashboard {
  title: string
  uid: string
  schemaVersion: number
  panels: Panel[]
  templating: { list: { name: string; type: string }[] }
}

describe('the dashboard', () => {
  const text = read('grafana-dashboard.json')
  const dashboard = JSON.parse(text) as Dashboard
  const panels = dashboard.panels.filter(({ type }) => type !== 'row')

  it('shows every metric that the gateway exports, and no other', () => {
    expect(exported.length).toBeGreaterThan(20)
    expect(namesIn(text).toSorted()).toEqual(exported.toSorted())
  })

  it('is one that Grafana can import, with any data source', () => {
    expect(dashboard).toMatchObject({ title: expect.any(String), uid: expect.any(String), schemaVersion: 39 })
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
      ['instance', 'query'],
    ])
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const source = { type: 'prometheus', uid: '${datasource}' }
    for (const { type, title, description, datasource, targets = [] } of panels) {
      expect(['stat', 'timeseries', 'heatmap']).toContain(type)
      expect(title && description).toBeTruthy()
      expect(datasource).toEqual(source)
      expect(targets.length).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
      for (const target of targets) {
        expect(target.datasource).toEqual(source)
        expect(target.expr).toMatch(/\{job=~"\$job", instance=~"\$instance"/)
      }
    }
  })

  it('lays its panels beside one another, none over another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([])
  })
})

/** As GitHub and others make them of headings. */
const anchorsOf = (page: string) =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

describe('the alerts', () => {
  const text = read('alerts.yml')
  const rules = text.split(/^ {6}- alert: /m).slice(1)

  it('ask for metrics that there are', () => {
    expect(namesIn(text).length).toBeGreaterThan(10)
    expect(namesIn(text).filter((name) => !exported.includes(name))).toEqual([])
  })

  it('each say what is wrong, how bad it is, and where to read on', () => {
    expect(rules.length).toBeGreaterThan(12)
    const anchors = anchorsOf(read('incident.md'))
    for (const rule of rules) {
      expect(rule).toMatch(/^Livecache\w+\n {8}expr: [\s\S]+ {8}labels: \{ severity: (critical|warning) \}\n/)
      expect(rule).toMatch(/ {10}summary: .+\n {10}description: .+\n/)
      const [, anchor] = /runbook: docs\/operations\/incident\.md#([\w-]+)/.exec(rule) ?? []
      expect(anchors).toContain(anchor)
    }
  })
})

describe('the runbooks', () => {
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))

  it('tell what each metric is, and name none that is not there', () => {
    expect(namesIn(read('README.md')).toSorted()).toEqual(exported.toSorted())
    for (const page of pages) expect(namesIn(read(page)).filter((name) => !exported.includes(name))).toEqual([])
  })

  it('lead to pages and headings that exist', () => {
    for (const page of pages) {
      const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
      const missing = links.filter(([, path, anchor]) => {
        const target = join(folder, path === '' ? page : path!)
        return anchor === undefined ? !existsSync(target) : !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
      })
      expect(missing.map(([link]) => `${page}: ${link}`)).toEqual([])
    }
    expect(pages.toSorted()).toEqual(['README.md', 'capacity.md', 'engines.md', 'incident.md', 'replay.md'])
  })

  it('show an engine that works', async () => {
    const [block] = blocksOf('docs/operations/engines.md')
    const own = makeFolder()
    try {
      writeFileSync(join(own, 'engine.ts'), block!.code)
      const { createSharedLog } = (await import(/* @vite-ignore */ join(own, 'engine.ts'))) as {
        createSharedLog: () => () => Engine
      }
      const engine = createSharedLog()
      const verify = () => ({ subject: 'ada', streams: ['*'] })
      const [one, two] = [createHub({ verify, engine: engine() }), createHub({ verify, engine: engine() })]
      await Promise.all([one.ready, two.ready])
      const first = await one.append({ id: 'E1', type: 'goal.created', stream: 'tenant:1', payload: 1 })
      const again = await two.append({ id: 'E1', type: 'goal.created', stream: 'tenant:1', payload: 1 })
      await two.append({ type: 'goal.created', stream: 'tenant:1', payload: 2 })
      expect([again.frame, first.isNew, again.isNew]).toEqual([first.frame, true, false])
      expect(one.asOf(['tenant:1'])).toBe(two.asOf(['tenant:1']))
      expect(parseAsOf(one.asOf(['tenant:1']))).toEqual({ 'tenant:1': { epoch: one.epoch, seq: 2 } })
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  })

  it('show code that compiles', () => {
    const blocks = pages.flatMap((page) => blocksOf(`docs/operations/${page}`))
    expect(blocks.length).toBe(5)
    expect(complaintsAbout(blocks)).toBe('')
  }, 60_000)
})
