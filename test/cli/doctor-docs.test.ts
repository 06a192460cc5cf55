// docs/doctor.md, held to what it describes: its sample is what is printed, its commands are read, its options and topics are all there are.
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { endAll } from '../after-test.ts'
import { serveWs } from './doctor-servers.ts'
import { answerOf, root } from './process.ts'

afterEach(endAll)

const page = readFileSync(join(root, 'docs/doctor.md'), 'utf8')
const blocksIn = (language: string) =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text]) => (name === language ? [text!] : []))

/** Ports and times are others in each run. */
const masked = (text: string) =>
  text
    .replaceAll(/less than 1 ms|\d+(\.\d)? m?s\b/g, '… ms')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:…')
    .replaceAll(/Port \d+/g, 'Port …')
    .replaceAll(/doctor \d+\.\d+\.\d+\S*/g, 'doctor x.y.z')
    // Where a longer number broke the line elsewhere.
    .replaceAll(/\s+/g, ' ')
    .trim()

/** As many are: all defaults of `ws`, and events without ids. */
const serveSample = () => {
  // As `ws` does where it has a port of its own.
  const answer = (_request: unknown, response: ServerResponse) => response.writeHead(426).end()
  return serveWs(
    (socket) => {
      const renamed = (name: string) => ({
        type: 'goal.renamed',
        timestamp: '2024-11-09T14:30:00Z',
        goal: { id: 7, name },
      })
      for (const name of ['Sail', 'Ship']) socket.send(JSON.stringify(renamed(name)))
    },
    { answer },
  )
}

describe('the page on the doctor', () => {
  it('shows what is printed', async () => {
    const { port } = await serveSample()
    const { code, stdout } = await answerOf(['doctor', `ws://127.0.0.1:${port}/ws`, '--quick'])
    const [sample = ''] = blocksIn('text')
    expect(masked(stdout)).toBe(masked(sample))
    expect(code).toBe(0)
  })

  it('shows commands that are read', async () => {
    const commands = blocksIn('sh').flatMap((text) => text.trim().split('\n'))
    expect(commands.length).toBe(4)
    for (const command of commands) {
      const [, args = ''] = /npx livecache (doctor .*)$/.exec(command) ?? []
      // Read, and then not dialled: a second of no time at all.
      const words = args.split(' ').map((word) => word.replaceAll("'", '').replace(/wss:\S+/, 'ws://127.0.0.1:9'))
      const { code, stderr } = await answerOf(words, { TOKEN: 'x' })
      expect([command, code, stderr]).toEqual([command, 2, ''])
    }
  })

  it('names every option, as the help does', async () => {
    const { code, stdout } = await answerOf(['doctor', '--help'])
    const options = [...new Set(stdout.match(/--[a-z][\w-]+/g))]
    const section = page.slice(page.indexOf('## Options'), page.indexOf('## In a pipeline'))
    const named = [...section.matchAll(/^\| `(--[\w-]+)` \|/gm)].map(([, option]) => option)
    expect([code, new Set(named)]).toEqual([0, new Set(options)])
  })

  it('shows a finding as programs get it', () => {
    const [json = ''] = blocksIn('json')
    const { topic, id, level, text } = JSON.parse(json) as Record<string, string>
    const source = readFileSync(join(root, 'src/cli/doctor', `${topic}.ts`), 'utf8')
    expect(source).toMatch(new RegExp(`'${level}',\\s+'${id}'`))
    expect(text).toMatch(/^Events are kept for/)
  })
})
