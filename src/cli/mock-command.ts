// `livecache mock`: options, what is shown at the start and while it runs, keys.
import { readFileSync } from 'node:fs'
import { defaultBasePath } from '../hub/http-handler.ts'
import { builtInScenario } from './built-in-scenario.ts'
import { type Command, readOptions, readPort, stopOnSignals, usage } from './command-line.ts'
import { createKeys } from './keys.ts'
import { loopbackAddress } from './loopback.ts'
import type { Activity } from './mock-actions.ts'
import { createMockServer } from './mock-server.ts'
import { InputError } from './reading.ts'
import { parseScenario, readScenario, type Scenario } from './scenario.ts'
import { createTerminal, type Style, type Terminal } from './terminal.ts'
import { version } from './version.ts'

const defaultPort = 4100

const options = {
  port: { type: 'string', short: 'p' },
  scenario: { type: 'string', short: 's' },
  host: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  'print-scenario': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const help = `Usage: npx livecache mock [options]

A realtime server for front-end work without a backend: WebSocket, event stream and polling, on this machine only.
Any token signs in, or none. It sends what a scenario says, what you send with a key, on its page or by HTTP, and
breaks what you tell it to break.

  -p, --port <number>      Where it listens; 0 takes any port that is free. Default: ${defaultPort}
  -s, --scenario <file>    What it sends, as JSON. Default: a small one that is built in
      --print-scenario     Prints the built-in scenario, to begin your own with, and ends
      --host <address>     127.0.0.1 or ::1. Default: 127.0.0.1
  -q, --quiet              Prints nothing but errors, and reads no keys
  -h, --help               Prints this

Guide: docs/mock-server.md`

export const mockCommand: Command = {
  name: 'mock',
  summary: 'A server to build a front end against, with a scenario and with faults',
  help,
  async run(argv) {
    const given = readOptions('mock', argv, options)
    if (given.help) return console.log(help)
    if (given['print-scenario']) return console.log(JSON.stringify(builtInScenario, null, 2))
    const wanted = { port: readPort('mock', given.port, defaultPort), host: readHost(given.host) }
    const scenario = given.scenario === undefined ? readScenario(builtInScenario) : readFile(given.scenario)
    return start(wanted, scenario, given.scenario ?? 'built in', createTerminal({ quiet: given.quiet ?? false }))
  },
}

function readHost(host = '127.0.0.1'): string {
  const address = loopbackAddress(host)
  if (address !== null) return address
  throw usage(
    'mock',
    `--host ${host} would let others in, and the mock server asks nobody who they are. It listens on 127.0.0.1 or ::1 only.`,
  )
}

function readFile(file: string): Scenario {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'it may not be read' }[code ?? '']
    throw new InputError(`The scenario ${file} can't be read: ${why ?? message}.`, { cause })
  }
  try {
    // Some editors on Windows put a mark in front.
    return parseScenario(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause
    throw new InputError(`The scenario ${file} is not right: ${cause.message}`, { cause })
  }
}

async function start(wanted: { port: number; host: string }, scenario: Scenario, file: string, terminal: Terminal) {
  const { say, style } = terminal
  const server = createMockServer({ scenario, onActivity: (activity) => say(lineFor(activity, style)) })
  const { port } = await server.listen(wanted.port, wanted.host)
  let stopKeys: (() => void) | null = null
  const quit = stopOnSignals(async () => {
    stopKeys?.()
    await server.close()
  })
  const keys = createKeys({ actions: server, scenario, say: (text) => say(`${indented(text)}\n`), quit })
  say(greeting({ port, host: wanted.host, scenario, file, style }))
  stopKeys = terminal.onKey(keys.press)
  if (stopKeys !== null) say(`${indented(keys.help)}\n`)
}

interface Greeting {
  port: number
  host: string
  scenario: Scenario
  file: string
  style: Style
}

function greeting({ port, host, scenario, file, style }: Greeting): string {
  const at = `${host === '::1' ? '[::1]' : 'localhost'}:${port}`
  const begins = scenario.begin === 'at-once' ? '' : ', begins with the first client'
  const plays = scenario.steps.length === 0 ? 'no steps' : `${scenario.steps.length} steps${begins}`
  const lines = [
    ['WebSocket', style.accent(`ws://${at}/realtime`)],
    ['SSE', style.accent(`http://${at}${defaultBasePath}/stream`)],
    ['Console', style.accent(`http://${at}/mock`)],
    ['Scenario', `${scenario.name} (${file}): ${plays}`],
  ] as const
  const snippet = [
    "import { createRealtime } from 'livecache'",
    `export const realtime = createRealtime({ url: 'ws://${at}/realtime', getToken: () => 'ada' })`,
    "realtime.on('*', ({ type, payload }) => console.log(type, payload))",
  ]
  return [
    '',
    `  ${style.strong(`livecache mock ${version()}`)}  ${style.muted('any token signs in; this machine only')}`,
    '',
    ...lines.map(([name, value]) => `  ${style.muted(name.padEnd(11))}${value}`),
    '',
    `  ${style.muted('Paste into your app:')}`,
    ...snippet.map((text) => `    ${text}`),
    '',
  ].join('\n')
}

function lineFor({ at, kind, text }: Activity, style: Style): string {
  const time = new Date(at).toTimeString().slice(0, 8)
  return `  ${style.muted(`${time}  ${kind.padEnd(9)}`)} ${kind === 'problem' ? style.bad(text) : text}`
}

const indented = (text: string) => text.replaceAll(/^/gm, '  ')
