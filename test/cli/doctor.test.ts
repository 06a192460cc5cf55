// `livecache doctor` as a process: what it prints for people and for programs, what it ends with, and what it never says.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { createPrinter } from '../../src/cli/doctor/print.ts'
import { asText, createRedact } from '../../src/cli/doctor/redact.ts'
import { createReport } from '../../src/cli/doctor/report.ts'
import { styleFor } from '../../src/cli/terminal.ts'
import { endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { closedPort, event, goodToken, plain, serveGateway, serveStatus, serveTcp, serveWs } from './doctor-servers.ts'
import { answerOf, bin, root, runCli } from './process.ts'

afterEach(endAll)

const env = { TOKEN: goodToken }
const asPerson = ['--quick', '--token-env', 'TOKEN']

interface Json {
  server: string | null
  exitCode: number
  untried: string | null
  url: string
  findings: { topic: string; id: string; level: string; text: string; see?: string }[]
}

describe('the report', () => {
  it('of a server that is well is calm, and ends with 0', async () => {
    const { ws } = await serveGateway({ origins: ['https://app.example.com'] })
    const { code, stdout, stderr } = await answerOf(
      ['doctor', ws, ...asPerson, '--origin', 'https://app.example.com'],
      env,
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('\n  Connection\n    ✓ ok       Port ')
    expect(stdout).toMatch(/\n {2}All is well\. \(\d/)
    // Read in a pipe, and by people who see no colours.
    expect(stdout).not.toContain('\u001b')
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('of a server with a problem says what it means and what to change, and ends with 1', async () => {
    const { ws } = await serveStatus(426)
    const { code, stdout } = await answerOf(['doctor', ws, '--quick'])
    expect(code).toBe(1)
    expect(stdout).toContain('    ✗ problem  The upgrade was answered with 426.\n')
    expect(stdout.replaceAll(/\n +/g, ' ')).toMatch(
      /→ Let the proxy pass them on, .* \(docs\/operations\/README\.md#load-balancers\)/,
    )
    expect(stdout).toMatch(/\n {2}1 problem\. \(/)
  })

  it('of nothing ends with 2', async () => {
    const { code, stdout } = await answerOf(['doctor', `ws://127.0.0.1:${await closedPort()}/`])
    expect(code).toBe(2)
    expect(stdout).toContain('The server could not be reached, so nothing else was tried.')
  })

  it('for programs is JSON and nothing else', async () => {
    const { ws } = await serveGateway()
    const { code, stdout, stderr } = await answerOf(['doctor', ws, ...asPerson, '--json'], env)
    const { findings, ...told } = JSON.parse(stdout) as Json
    expect([code, stderr]).toEqual([0, ''])
    expect(told).toEqual({
      version: expect.any(String),
      url: ws,
      server: 'livecache',
      exitCode: 0,
      untried: null,
      tookMs: expect.any(Number),
    })
    expect(findings).toContainEqual({
      topic: 'connection',
      id: 'protocol',
      level: 'ok',
      text: 'Of the subprotocols it chose realtime.v1.',
    })
  })

  it('goes whole through a pipe whose reader takes its time', async () => {
    const { ws } = await serveGateway()
    const line = `${process.execPath} --disable-warning=ExperimentalWarning ${bin} doctor ${ws} --quick --json --token-env TOKEN | (sleep 4; cat)`
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line], {
      env: { ...env, PATH: process.env['PATH'] },
    })
    expect((JSON.parse(stdout) as Json).findings.length).toBeGreaterThan(15)
  })
})

describe('being stopped', () => {
  it('by Ctrl-C prints what was found by then, and ends with 2', async () => {
    const { ws } = await serveGateway()
    const cli = runCli(['doctor', ws, '--token-env', 'TOKEN'], env)
    await until(() => cli.stdout.includes('Session'), 10_000)
    cli.child.kill('SIGINT')
    expect(await cli.exited).toBe(2)
    expect(cli.stdout).toContain('Welcomed as a realtime.v1 session')
    expect(cli.stdout).toContain('It was interrupted; this is what it had found.')
    // What it waited for when it was stopped is no finding.
    expect(cli.stdout).not.toContain('No ping came')
  })

  it('by its own limit says what was not tried', async () => {
    const { ws } = await serveTcp(() => {})
    const beganAt = performance.now()
    const { code, stdout } = await answerOf(['doctor', ws, '--timeout', '1', '--json'])
    expect(performance.now() - beganAt).toBeLessThan(5_000)
    expect([code, (JSON.parse(stdout) as Json).untried]).toEqual([
      2,
      'Not all was tried: 1 s were over. Raise --timeout.',
    ])
  })
})

describe('the token', () => {
  it('is said back by a server in every place there is, and never printed', async () => {
    const { ws } = await serveWs(
      (socket, { url, headers }) => {
        const said = `${url} ${headers['sec-websocket-protocol']}`
        socket.send(JSON.stringify(event(1, { type: `goal.${goodToken}`, eventId: goodToken, payload: { said } })))
        socket.send(`no JSON, but ${goodToken}`)
        // A reason is cut after 123 bytes, in the middle of it.
        setTimeout(() => socket.close(4401, goodToken.slice(0, 60)), 400)
      },
      {
        handleProtocols: (offered) => [...offered].at(-1) ?? false,
        answer: (request, response) =>
          response
            .writeHead(200, {
              'content-type': `text/${request.headers.authorization?.slice(7) ?? 'x'}`,
              'cache-control': goodToken,
            })
            .end(goodToken),
      },
    )
    const parts = [goodToken, ...goodToken.split('.'), goodToken.slice(0, 20), 'a-made-up-password']
    const address = `${ws.replace('//', '//ada:a-made-up-password@')}?token=${goodToken}`
    const ways = [['first-frame'], ['query'], ['subprotocol'], ['query', '--json'], ['subprotocol', '--json']]
    const answers = await Promise.all(
      ways.map((way) => answerOf(['doctor', address, ...asPerson, '--auth', ...way], env)),
    )
    for (const { stdout, stderr } of answers) {
      expect(stdout.length).toBeGreaterThan(500)
      for (const part of parts) expect(stdout + stderr).not.toContain(part)
    }
  }, 60_000)

  it('is taken out whole, cut short, encoded and by its parts', () => {
    const redact = createRedact('abcdefghijklmnop.qrstuvwxyzabcdef.end and')
    expect(redact('x abcdefghijklmnop.qrstuvwxyzabcdef.end and y')).toBe('x [token] y')
    expect(redact('x abcdefghijklmn y')).toBe('x [token] y')
    expect(redact('?token=abcdefghijklmnop.qrstuvwxyzabcdef.end%20and&a=1')).toBe('?token=[token]&a=1')
    expect(redact('claims: qrstuvwxyzabcdef')).toBe('claims: [token]')
    expect(redact('abc and end stay')).toBe('abc and end stay')
    expect(createRedact('ada')('ada and ada')).toBe('[token] and [token]')
    expect(createRedact('a')('a banana')).toBe('a banana')
  })
})

it('what a server says can not move the cursor', async () => {
  const { ws } = await serveWs((socket) => {
    socket.send(JSON.stringify(event(1, { type: 'goal.\u001b[2J\u202eevil' })))
    setTimeout(() => socket.close(4000, '\u001b]0;title\u0007'), 2_500)
  }, plain)
  const { stdout } = await answerOf(['doctor', ws, '--quick'])
  expect(stdout).toContain('"goal.\\u{1b}[2J\\u{202e}evil"')
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(asText('plain ✓ text')).toBe('plain ✓ text')
})

it('each level has a sign and a word, in colours and without', () => {
  const report = createReport((text) => text)
  const levels = ['ok', 'note', 'warning', 'problem', 'skipped'] as const
  for (const level of levels) report.about('session')(level, level, 'It is.')
  for (const colours of [true, false]) {
    let printed = ''
    createPrinter(report, styleFor(colours), (text) => (printed += `${text}\n`)).end(1)
    for (const mark of ['✓ ok', '· note', '! warning', '✗ problem', '– skipped']) expect(printed).toContain(mark)
  }
})

it('no finding comes after the end, and topics are printed in their order', () => {
  const report = createReport((text) => text)
  let printed = ''
  const printer = createPrinter(report, styleFor(false), (text) => (printed += `${text}\n`))
  report.onDone = printer.next
  report.about('resume')('ok', 'a', 'Second.')
  report.done('resume')
  expect(printed).toBe('')
  report.about('connection')('ok', 'a', 'First.')
  for (const topic of ['connection', 'sign-in', 'session', 'heartbeat', 'events'] as const) report.done(topic)
  expect(printed.indexOf('First.')).toBeLessThan(printed.indexOf('Second.'))
  report.end(null)
  report.about('polling')('problem', 'late', 'Too late.')
  expect(report.findings.map(({ text }) => text)).not.toContain('Too late.')
})

it.each<[string, string[], string]>([
  ['no address', [], 'It needs the address of a server, such as wss://api.example.com/realtime.'],
  ['two', ['ws://a', 'ws://b'], 'It takes one address, and was given 2.'],
  [
    'a path',
    ['/realtime'],
    'The address is "/realtime", which cannot be dialled: it must be whole, and begin with wss://',
  ],
  ['nothing but a scheme', ['ws://'], 'The address is "ws://", which cannot be dialled: it must be whole'],
  [
    'a name and port',
    ['localhost:4000'],
    'The address is "localhost:4000", which cannot be dialled: it must be whole, and begin with wss://, ws://, https:// or http://. Did you mean ws://localhost:4000/realtime?',
  ],
  ['another --auth', ['ws://a', '--auth', 'cookie'], '--auth must be one of first-frame, query, subprotocol, none'],
  ['an origin with a path', ['ws://a', '--origin', 'https://a.com/app'], '--origin must be a scheme, a name'],
  ['two tokens', ['ws://a', '--token', 'a', '--token-env', 'B'], 'Give either --token or --token-env.'],
  [
    'a variable that is not set',
    ['ws://a', '--token-env', 'NOPE'],
    '--token-env NOPE: that variable is not set, or empty.',
  ],
  ['no time', ['ws://a', '--timeout', '0'], '--timeout must be a whole number of seconds from 1 to 600'],
  ['an unknown option', ['ws://a', '--fast'], "Unknown option '--fast'. All options: npx livecache doctor --help"],
  ['a misspelt option', ['ws://a', '--quik'], "Unknown option '--quik'. Did you mean --quick? All options:"],
])('on the command line %s is told in one line, and ends it with 2', async (_name, args, message) => {
  const { code, stdout, stderr } = await answerOf(['doctor', ...args])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(`livecache: ${message}`)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

it('every page it names is there, and so is the heading', () => {
  const folder = join(root, 'src/cli/doctor')
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const links = texts.flatMap((text) => [...text.matchAll(/'livecache\/([\w/-]+\.md)(?:#([\w-]+))?'/g)])
  expect(links.length).toBeGreaterThan(30)
  const missing = links.filter(([, page, anchor]) => {
    const text = readFileSync(join(root, page!), 'utf8')
    const slugs = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    )
    const ids = [...text.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id)
    return anchor !== undefined && ![...slugs, ...ids].includes(anchor)
  })
  expect(missing.map(([link]) => link)).toEqual([])
})
