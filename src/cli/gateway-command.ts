// `livecache gateway`: a gateway on its own, told what it needs by options, the environment, or a file.
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { createGateway, type GatewayOptions } from '../gateway/create-gateway.ts'
import { verifyJwt } from '../gateway/jwt.ts'
import { pinoLogs } from '../gateway/logs.ts'
import { prometheusMetrics } from '../gateway/metrics.ts'
import { redisEngine } from '../gateway/redis-engine.ts'
import { defaultBasePath } from '../hub/http-handler.ts'
import { type Command, readOptions, readPort, usage } from './command-line.ts'
import { InputError } from './reading.ts'
import { createTerminal, type Style } from './terminal.ts'
import { version } from './version.ts'

const defaultPort = 4000

const options = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  config: { type: 'string', short: 'c' },
  'jwt-secret-env': { type: 'string' },
  'jwks-url': { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  origin: { type: 'string', multiple: true },
  'publish-key-env': { type: 'string', multiple: true },
  redis: { type: 'string' },
  'metrics-port': { type: 'string' },
  logs: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const

type Given = ReturnType<typeof readOptions<typeof options>>

const help = `Usage: npx livecache gateway [options]

The gateway by itself: clients connect to it, a backend publishes to it over HTTP. SIGTERM and Ctrl-C drain it.

  -p, --port <number>            Where it listens. Default: ${defaultPort}
      --host <address>           On which address; 0.0.0.0 for all. Default: 127.0.0.1
  -c, --config <file>            A module whose default export is the options of createGateway, or a function that
                                 returns them. Options given here win over the file

Who may connect (one of these two, or "verify" in the file):
      --jwt-secret-env <name>    The variable that holds the secret of HS256 tokens
      --jwks-url <url>           Where the issuer publishes its keys
      --issuer <text>            What "iss" of a token must be
      --audience <text>          What "aud" of a token must be
      --origin <origin>          Whose pages may connect, such as https://app.example.com; repeat it for several.
                                 Default: any

Who may publish:
      --publish-key-env <name>   The variable that holds a key for POST ${defaultBasePath}; repeat it to change keys
                                 without a pause. Default: nobody

How it runs:
      --redis <url>              Keeps events in Redis, for several gateways. Default: in memory
      --metrics-port <number>    Serves /metrics for Prometheus on a port of its own, on this machine
      --logs                     Writes what happens as JSON, by pino
  -q, --quiet                    Prints nothing at the start; goes without saying with --logs
  -h, --help                     Prints this`

export const gatewayCommand: Command = {
  name: 'gateway',
  summary: 'The gateway by itself: clients connect, a backend publishes over HTTP',
  help,
  async run(argv) {
    const given = readOptions('gateway', argv, options)
    if (given.help) return console.log(help)
    const config = given.config === undefined ? {} : await readConfig(given.config)
    const gateway = createGateway(await optionsFor(given, config))
    // A signal may come while it still waits for Redis.
    gateway.drainOn()
    const host = given.host ?? '127.0.0.1'
    const { port } = await gateway.listen(readPort('gateway', given.port, defaultPort), host)
    const metricsPort = given['metrics-port'] === undefined ? null : readPort('gateway', given['metrics-port'], 0)
    const metricsAt = metricsPort === null ? null : (await gateway.operations.listen(metricsPort)).port
    const { say, style } = createTerminal({ quiet: given.quiet || given.logs || false })
    say(greeting({ host, port, metricsAt, takesEvents: isPublishingOn(given, config), given, style }))
  },
}

// ── options ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type Config = Partial<GatewayOptions>

async function readConfig(file: string): Promise<Config> {
  const path = resolve(file)
  if (!existsSync(path)) throw new InputError(`The config ${file} can't be read: there is no such file.`)
  const told = await load(file, path)
  const config = typeof told === 'function' ? await call(file, told as () => unknown) : told
  if (typeof config === 'object' && config !== null) return config
  throw new InputError(
    `The config ${file} has no default export with options, so nobody knows who may connect. Write: export default { verify: verifyJwt({ … }) }`,
  )
}

async function load(file: string, path: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (cause) {
    throw new InputError(`The config ${file} could not be loaded: ${wordsOf(cause)}`, { cause })
  }
}

async function call(file: string, make: () => unknown): Promise<unknown> {
  try {
    return await make()
  } catch (cause) {
    throw new InputError(`The config ${file} threw: ${wordsOf(cause)}`, { cause })
  }
}

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

async function optionsFor(given: Given, config: Config): Promise<GatewayOptions> {
  const verify = verifyFor(given) ?? config.verify
  if (typeof verify !== 'function') {
    throw usage(
      'gateway',
      'Nobody could sign in: the gateway needs --jwt-secret-env, --jwks-url, or a --config with "verify".',
    )
  }
  return {
    ...config,
    verify,
    ...(given.origin && { origins: given.origin }),
    ...(given['publish-key-env'] && { publishKeys: given['publish-key-env'].map(secretIn) }),
    ...(given.redis !== undefined && { engine: redisEngine({ url: given.redis }) }),
    ...(given['metrics-port'] !== undefined && config.metrics === undefined && { metrics: await prometheusMetrics() }),
    ...(given.logs && config.logs === undefined && { logs: await pinoLogs() }),
  }
}

function verifyFor(given: Given) {
  const { issuer, audience, 'jwks-url': jwksUrl, 'jwt-secret-env': secretName } = given
  if (jwksUrl !== undefined && secretName !== undefined) {
    throw usage(
      'gateway',
      'Give either --jwt-secret-env or --jwks-url, so that it is clear whose signatures are believed.',
    )
  }
  if (jwksUrl === undefined && secretName === undefined) {
    const about = issuer === undefined ? audience && '--audience' : '--issuer'
    if (about)
      throw usage('gateway', `${about} says what tokens are like, and needs --jwt-secret-env or --jwks-url beside it.`)
    return undefined
  }
  return verifyJwt({
    ...(jwksUrl === undefined ? { secret: secretIn(secretName!) } : { jwksUrl }),
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  })
}

/** Secrets on a command line would be seen by everybody on the machine. */
function secretIn(name: string): string {
  const secret = process.env[name]
  if (secret) return secret
  throw usage('gateway', `The variable ${name} is not set, or empty. Put the secret into it, not its name.`)
}

const isPublishingOn = (given: Given, config: Config) =>
  (given['publish-key-env'] ?? config.publishKeys ?? []).length > 0

// ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────────

interface Greeting {
  host: string
  port: number
  metricsAt: number | null
  takesEvents: boolean
  given: Given
  style: Style
}

function greeting({ host, port, metricsAt, takesEvents, given, style }: Greeting): string {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const lines = [
    ['WebSocket', style.accent(`ws://${at}/realtime`)],
    ['SSE', style.accent(`http://${at}${defaultBasePath}/stream`)],
    ['Publish', takesEvents ? style.accent(`POST http://${at}${defaultBasePath}`) : 'off: needs --publish-key-env'],
    ['Health', `http://${at}/healthz and /readyz`],
    ['Events', given.redis === undefined ? 'kept in memory, or as the config says' : 'kept in Redis'],
    ...(metricsAt === null ? [] : [['Metrics', `http://127.0.0.1:${metricsAt}/metrics`] as const]),
  ] as const
  return [
    '',
    `  ${style.strong(`livecache gateway ${version()}`)}`,
    '',
    ...lines.map(([name, value]) => `  ${style.muted(name.padEnd(11))}${value}`),
    '',
  ].join('\n')
}
