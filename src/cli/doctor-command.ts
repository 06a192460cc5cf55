// `livecache doctor`: options, and what becomes of the report. What is tried is doctor/examine.ts.
import { assertUrl } from '../transports/address.ts'
import { type Command, readArguments, usage } from './command-line.ts'
import { examine } from './doctor/examine.ts'
import { type Auth, defaultLimits, type Wanted } from './doctor/examination.ts'
import { createPrinter, heading, jsonOf } from './doctor/print.ts'
import { createRedact } from './doctor/redact.ts'
import { createReport } from './doctor/report.ts'
import { InputError } from './reading.ts'
import { createTerminal } from './terminal.ts'
import { version } from './version.ts'

const options = {
  token: { type: 'string' },
  'token-env': { type: 'string' },
  auth: { type: 'string' },
  origin: { type: 'string' },
  events: { type: 'string', multiple: true },
  sse: { type: 'string' },
  poll: { type: 'string' },
  quick: { type: 'boolean' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const auths: readonly Auth[] = ['first-frame', 'query', 'subprotocol', 'none']
const maxSeconds = 600

const help = `Usage: npx livecache doctor <address> [options]

Tries a server as a client would (handshake, sign-in, heartbeat, events, resume, event stream, polling), and says what
it found and what to change. The address is that of the WebSocket: wss://api.example.com/realtime

Who asks:
      --token-env <name>     The variable that holds a token. It is never shown
      --token <token>        The token itself, which other users of this machine can see
      --auth <where>         Where the token goes: first-frame, query, subprotocol or none. Default: first-frame
      --origin <origin>      The page that is played, such as https://app.example.com. Default: none

What is asked for:
      --events <types>       Types and patterns, with commas; may be repeated. Default: all
      --sse <url>            The event stream. Default: /api/v1/events/stream of the same host
      --poll <url>           Polling. Default: /api/v1/events of the same host

How:
      --quick                Does not wait for heartbeats, which takes up to 32 s
      --timeout <seconds>    For all of it. Default: ${defaultLimits.totalMs / 1_000}
      --json                 The report for programs
  -h, --help                 Prints this

Ends with 0 where there is no problem, 1 where there is one, 2 where it could not be tried.
Guide: docs/doctor.md`

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Tries a server as a client would, and says what to change',
  help,
  async run(argv) {
    try {
      await start(argv)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      console.error(`livecache: ${error.message}`)
      process.exit(2)
    }
  },
}

async function start(argv: readonly string[]) {
  const { values, positionals } = readArguments('doctor', argv, options)
  if (values.help) return console.log(help)
  const wanted = readWanted(values, positionals)
  const { say, style } = createTerminal({ quiet: values.json ?? false })
  const report = createReport(createRedact(wanted.token))
  const printer = createPrinter(report, style, say)
  report.onDone = printer.next
  const stop = new AbortController()
  // A second one ends the process, as ever.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  const beganAt = performance.now()
  say(heading(version(), wanted.url, style))
  await examine(wanted, report, stop.signal)
  const tookMs = performance.now() - beganAt
  printer.end(tookMs)
  const rest = values.json ? `${jsonOf(report, wanted, version(), tookMs)}\n` : ''
  // Nothing that is still half open keeps it, and a slow reader of the pipe gets all of it.
  process.stdout.write(rest, () => process.exit(report.exitCode))
}

type Given = ReturnType<typeof readArguments<typeof options>>['values']

function readWanted(given: Given, [url, ...others]: readonly string[]): Wanted {
  if (url === undefined)
    throw usage('doctor', 'It needs the address of a server, such as wss://api.example.com/realtime.')
  if (others.length > 0) throw usage('doctor', `It takes one address, and was given ${others.length + 1}.`)
  return {
    url: readUrl('The address', url),
    token: readToken(given),
    auth: readAuth(given.auth),
    origin: readOrigin(given.origin),
    events: (given.events ?? []).flatMap((list) => list.split(',')).filter((name) => name !== ''),
    sse: given.sse === undefined ? null : readUrl('--sse', given.sse),
    poll: given.poll === undefined ? null : readUrl('--poll', given.poll),
    quick: given.quick ?? false,
    limits: { ...defaultLimits, totalMs: readSeconds(given.timeout) * 1_000 },
  }
}

function readUrl(what: string, url: string): string {
  try {
    assertUrl(url)
    // Without a scheme it would be taken from a page, and there is none.
    if (URL.canParse(url)) return url
  } catch {
    // Said below, for whoever types it.
  }
  const guess = `ws://${url}${url.includes('/') ? '' : '/realtime'}`
  const hint = /^[\w.-]+:\d/.test(url) && URL.canParse(guess) ? ` Did you mean ${guess}?` : ''
  throw usage(
    'doctor',
    `${what} is "${url}", which cannot be dialled: it must be whole, and begin with wss://, ws://, https:// or http://.${hint}`,
  )
}

function readToken({ token, 'token-env': name }: Given): string | null {
  if (token !== undefined && name !== undefined) throw usage('doctor', 'Give either --token or --token-env.')
  if (name === undefined) return token ?? null
  const value = process.env[name]
  if (value) return value
  throw new InputError(`--token-env ${name}: that variable is not set, or empty. Put the token into it, not its name.`)
}

function readAuth(text = 'first-frame'): Auth {
  const found = auths.find((auth) => auth === text)
  if (found !== undefined) return found
  throw usage('doctor', `--auth must be one of ${auths.join(', ')}, and is "${text}".`)
}

function readOrigin(text: string | undefined): string | null {
  if (text === undefined) return null
  // As a browser would send it; a slash at the end is what people paste.
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  if (origin !== 'null' && text.replace(/\/$/, '') === origin) return origin
  throw usage(
    'doctor',
    `--origin must be a scheme, a name and perhaps a port, as https://app.example.com, and is "${text}".`,
  )
}

function readSeconds(text: string | undefined): number {
  if (text === undefined) return defaultLimits.totalMs / 1_000
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= maxSeconds) return seconds
  throw usage('doctor', `--timeout must be a whole number of seconds from 1 to ${maxSeconds}, and is "${text}".`)
}
