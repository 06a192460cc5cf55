// A mock server as a process, and what is asked of it over HTTP.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MockState } from '../../src/cli/mock-actions.ts'
import { afterTest } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { post, serve, type Served } from './process.ts'

/** Says nothing by itself. */
export const silent = { events: { counted: { type: 'goal.counted', stream: 'tenant:1', payload: '{{counter}}' } } }

export function scenarioFile(scenario: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'livecache-mock-'))
  afterTest(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'scenario.json')
  writeFileSync(file, typeof scenario === 'string' ? scenario : JSON.stringify(scenario))
  return file
}

export const serveScenario = (scenario: unknown = silent) =>
  serve(['mock', '--port', '0', '--scenario', scenarioFile(scenario)])

export const count = (server: Served) => post(`${server.http}/mock/events`, '"counted"')
export const fault = (server: Served, request: object) => post(`${server.http}/mock/faults`, request)
export const stateOf = async ({ http }: Pick<Served, 'http'>) =>
  (await (await fetch(`${http}/mock/state`)).json()) as MockState

/** Counts up to `upTo` and waits until the client has heard the last. */
export async function countUpTo(server: Served, upTo: number, heard: readonly unknown[]) {
  while ((await stateOf(server)).sent < upTo) await count(server)
  await until(() => heard.includes(upTo))
}
