// The gateway by itself, as a process: who may connect, who may publish, what it runs on, and how it ends.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { createClient } from '../../src/client/index.ts'
import { webSocket } from '../../src/transports/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { freePort } from '../free-port.ts'
import { noRedis } from '../gateway/redis-process.ts'
import { until } from '../smoke/until.ts'
import { answerOf, post, runCli, serve, type Served } from './process.ts'

afterEach(endAll)

const secret = 'a secret of thirty-two bytes or more'
const key = 'a key of thirty-two characters or more'
const env = { JWT_SECRET: secret, PUBLISH_KEY: key, NEXT_KEY: `${key}, the next one` }
const byJwt = ['--jwt-secret-env', 'JWT_SECRET']
const byKey = ['--publish-key-env', 'PUBLISH_KEY']

const tokenFor = (claims: Record<string, unknown> = {}, signedWith = secret) =>
  new SignJWT({ tenant: '3', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ada')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(signedWith))

const serveGateway = (args: readonly string[] = [], more: Record<string, string> = {}) =>
  serve(['gateway', '--port', '0', ...args], { ...env, ...more })

async function joinTo({ ws }: Served, token?: string) {
  const signedWith = token ?? (await tokenFor())
  const heard: unknown[] = []
  const client = createClient({
    transports: [webSocket(`${ws}/realtime`)],
    storage: null,
    getToken: () => signedWith,
    onError: () => {},
  })
  afterTest(client.dispose)
  client.on('goal.*', ({ payload }) => heard.push(payload))
  client.hold()
  return { client, heard }
}

async function joined(server: Served, token?: string) {
  const made = await joinTo(server, token)
  await until(() => made.client.inspect().subscriptions[0]?.status === 'subscribed')
  return made
}

const publish = ({ http }: Served, body: unknown, by = key) =>
  post(`${http}/api/v1/events`, body, { authorization: `Bearer ${by}` })

const goal = (payload: unknown) => ({ type: 'goal.counted', stream: 'tenant:3', payload })

function file(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'livecache-gateway-'))
  afterTest(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('the gateway by itself', () => {
  it('takes to its clients what a backend publishes with its key', async () => {
    const server = await serveGateway([...byJwt, ...byKey])
    expect(server.stdout).toContain(`POST http://127.0.0.1:${server.port}/api/v1/events`)
    const { heard } = await joined(server)
    const { status, body } = await publish(server, goal(1))
    expect([status, body]).toEqual([
      200,
      { events: [{ eventId: expect.any(String), stream: 'tenant:3', seq: 1, epoch: expect.any(String) }] },
    ])
    await publish(server, [goal(2), { ...goal('of another tenant'), stream: 'tenant:4' }, goal(3)])
    await until(() => heard.includes(3))
    expect(heard).toEqual([1, 2, 3])
  })

  it('takes nothing by another key, and each of several', async () => {
    const server = await serveGateway([...byJwt, ...byKey, '--publish-key-env', 'NEXT_KEY'])
    expect(await publish(server, goal(1), 'a key of thirty-two characters or else')).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHORIZED' },
    })
    expect((await publish(server, goal(1), env.NEXT_KEY)).status).toBe(200)
    expect(await publish(server, { type: 'goal.counted' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('stream is missing: it must be a text.') },
    })
  })

  it('lets nobody publish where it has no key', async () => {
    const server = await serveGateway(byJwt)
    expect(server.stdout).toContain('off: needs --publish-key-env')
    const { status } = await publish(server, goal(1))
    expect(status).toBeGreaterThanOrEqual(400)
  })

  it('lets in whom the secret vouches for, for this audience, from this issuer', async () => {
    const server = await serveGateway([...byJwt, '--issuer', 'https://issuer.example', '--audience', 'app'])
    const right = { iss: 'https://issuer.example', aud: 'app' }
    await joined(server, await tokenFor(right))
    for (const [claims, signedWith] of [
      [{ ...right, iss: 'https://other.example' }, secret],
      [{ ...right, aud: 'other' }, secret],
      [right, 'another secret of thirty-two bytes'],
    ] as const) {
      const { client } = await joinTo(server, await tokenFor(claims, signedWith))
      await until(() => client.getState().name === 'unauthorized', 10_000)
      expect(client.inspect().subscriptions[0]?.status).not.toBe('subscribed')
    }
  })

  it('lets in whom the keys of an issuer vouch for', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', kid: 'k1' }] })
    const issuer = createServer((_request, response) => response.end(keys)).listen(0, '127.0.0.1')
    await new Promise((resolve) => issuer.once('listening', resolve))
    afterTest(() => issuer.close())
    const { port } = issuer.address() as { port: number }
    const server = await serveGateway(['--jwks-url', `http://127.0.0.1:${port}/jwks.json`])
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setSubject('ada')
      .setExpirationTime('1h')
      .sign(privateKey)
    expect((await joined(server, token)).client.getState().name).toBe('connected')
    const { client } = await joinTo(server)
    await until(() => client.getState().name === 'unauthorized', 10_000)
  })

  it('opens sockets for pages of the origins it was given, and for no others', async () => {
    const server = await serveGateway([...byJwt, '--origin', 'https://a.example', '--origin', 'https://b.example'])
    const upgrade = (origin: string) =>
      new Promise<number>((resolve) => {
        const socket = new NodeSocket(`${server.ws}/realtime`, { origin })
        socket.on('open', () => {
          socket.terminate()
          resolve(101)
        })
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!))
        socket.on('error', () => {})
      })
    expect(await Promise.all(['https://a.example', 'https://b.example', 'https://c.example'].map(upgrade))).toEqual([
      101, 101, 403,
    ])
  })

  it('takes its options from a file, and from the command line before that', async () => {
    const text = (subject: string) => `export default {
      verify: (token) => ({ subject: token ?? ${JSON.stringify(subject)}, streams: ['tenant:3'] }),
      publishKeys: ['a key of the file, of thirty-two characters'],
      origins: ['https://c.example'],
    }`
    const server = await serveGateway(['--config', file('gateway.config.mjs', text('x')), ...byKey])
    const { heard } = await joined(server, 'not a jwt')
    await publish(server, goal(1))
    await until(() => heard.length === 1)
    expect((await publish(server, goal(1), 'a key of the file, of thirty-two characters')).status).toBe(401)
    const foreign = await fetch(`${server.http}/api/v1/events/stream`, { headers: { origin: 'https://a.example' } })
    expect(foreign.status).toBe(403)
  })

  it('asks a function in the file for them', async () => {
    const text = `export default async () => ({ verify: () => ({ subject: process.env.WHO, streams: ['*'] }) })`
    const server = await serveGateway(['--config', file('gateway.config.mjs', text)], { WHO: 'bo' })
    const { client } = await joined(server, 'any')
    expect(client.getState().name).toBe('connected')
  })

  it('tells its clients that it goes, and ends with 0, when it is asked to', { timeout: 60_000 }, async () => {
    const server = await serveGateway([...byJwt, ...byKey])
    const { client, heard } = await joined(server)
    server.child.kill('SIGTERM')
    await until(() => client.getState().name === 'reconnecting', 20_000)
    expect([await server.exited, server.stderr]).toEqual([0, ''])
    expect(heard).toEqual([])
  })

  it('writes what happens as JSON, and nothing else, where logs are asked for', async () => {
    const server = await serveLogging()
    await joined(server)
    const lines = () => server.stdout.split('\n').filter((line) => line.includes('"'))
    await until(() => lines().length > 0)
    for (const line of lines()) expect(JSON.parse(line)).toMatchObject({ name: 'livecache', time: expect.any(String) })
    expect(server.stdout).not.toContain('livecache gateway')
    expect(server.stdout).not.toContain(secret)
  })

  /** It says nowhere where it listens. */
  async function serveLogging(): Promise<Served> {
    const port = await freePort()
    const cli = runCli(['gateway', '--port', String(port), '--logs', ...byJwt], env)
    const http = `http://127.0.0.1:${port}`
    let isUp = false
    const asking = setInterval(
      () =>
        void fetch(`${http}/healthz`).then(
          () => (isUp = true),
          () => {},
        ),
      50,
    )
    await until(() => isUp, 10_000)
    clearInterval(asking)
    return Object.assign(cli, { port, http, ws: `ws://127.0.0.1:${port}` })
  }

  it('serves metrics on a port of their own', async () => {
    const server = await serveGateway([...byJwt, '--metrics-port', '0'])
    await joined(server)
    const [, at] = /(http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(server.stdout)!
    expect(await (await fetch(at!)).text()).toMatch(/livecache_\w+/)
    expect((await fetch(`${server.http}/metrics`)).status).toBe(404)
  })
})

describe('gateways on one Redis', () => {
  async function startRedis(): Promise<string> {
    const dir = mkdtempSync(join(tmpdir(), 'livecache-redis-'))
    const port = await freePort()
    const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir }
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
    const child = spawn('redis-server', args, { stdio: 'ignore' })
    afterTest(() => {
      child.kill('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    })
    return `redis://127.0.0.1:${port}`
  }

  // Needs redis-server (apt-get install redis-server).
  it.skipIf(noRedis !== null)('share their events', async () => {
    const redis = await startRedis()
    const [one, other] = await Promise.all([1, 2].map(() => serveGateway([...byJwt, ...byKey, '--redis', redis])))
    expect(one!.stdout).toContain('kept in Redis')
    const { heard } = await joined(other!)
    await publish(one!, [goal(1), goal(2)])
    await until(() => heard.length === 2)
    expect(heard).toEqual([1, 2])
  })

  it('say so where it is not there', async () => {
    const port = await freePort()
    const { code, stderr } = await answerOf(['gateway', ...byJwt, '--redis', `redis://127.0.0.1:${port}`], env)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^livecache: Redis could not be reached within 10000 ms \(connect ECONNREFUSED/)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('what is wrong with the gateway’s options', () => {
  it.each<[string, readonly string[], string]>([
    [
      'nobody who may connect',
      [],
      'Nobody could sign in: the gateway needs --jwt-secret-env, --jwks-url, or a --config with "verify". All options: npx livecache gateway --help',
    ],
    ['a variable that is not set', ['--jwt-secret-env', 'NOPE'], 'The variable NOPE is not set, or empty.'],
    [
      'two ways to sign in',
      [...byJwt, '--jwks-url', 'https://a.example'],
      'Give either --jwt-secret-env or --jwks-url',
    ],
    [
      'an issuer alone',
      ['--issuer', 'x'],
      '--issuer says what tokens are like, and needs --jwt-secret-env or --jwks-url',
    ],
    ['an audience alone', ['--audience', 'x'], '--audience says what tokens are like'],
    ['a key that could be guessed', [...byJwt, '--publish-key-env', 'SHORT'], 'A key to publish with has 5 characters'],
    ['a secret that could be guessed', ['--jwt-secret-env', 'SHORT'], 'The secret has 5 bytes'],
    ['an origin that is none', [...byJwt, '--origin', 'a.example'], 'which no browser sends as an origin'],
    ['an address of Redis that is none', [...byJwt, '--redis', 'nope'], 'is no address of Redis'],
    ['a port that is none', [...byJwt, '--port', '-1'], '--port'],
    ['a file that is not there', ['--config', 'nope.js'], "The config nope.js can't be read: there is no such file."],
  ])('%s: one line, and 1', async (_name, args, message) => {
    const { code, stdout, stderr } = await answerOf(['gateway', ...args], { ...env, SHORT: 'short' })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^livecache: /)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it.each([
    ['has no default export', 'export const verify = () => {}', 'has no default export with options'],
    ['exports something else', 'export default 5', 'has no default export with options'],
    ['has no verify', 'export default {}', 'Nobody could sign in'],
    ['throws', 'throw new Error("no luck")', 'could not be loaded: no luck'],
    ['has a function that throws', 'export default () => { throw new Error("no luck") }', 'threw: no luck'],
    ['is no JavaScript', 'export default {', 'could not be loaded: '],
    ['imports what is not there', 'import "nope-nope"', "could not be loaded: Cannot find package 'nope-nope'"],
  ])('a file that %s', async (_name, text, message) => {
    const { code, stderr } = await answerOf(['gateway', '--config', file('gateway.config.mjs', text)], env)
    expect(code).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^livecache: /)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
