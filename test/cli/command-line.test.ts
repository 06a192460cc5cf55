// What the command line says, and what it ends with.
import { afterEach, describe, expect, it } from 'vitest'
import { endAll } from '../after-test.ts'
import { scenarioFile, serveScenario } from './mock-process.ts'
import { answerOf, post, runCli } from './process.ts'

afterEach(endAll)

describe('the command line', () => {
  it('prints help where it is asked for nothing, and for each command', async () => {
    const nothing = await answerOf([])
    expect(nothing).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('Usage: npx livecache <command>'),
    })
    expect(await answerOf(['--help'])).toEqual(nothing)
    for (const command of ['mock', 'gateway', 'doctor']) {
      expect(nothing.stdout).toContain(`\n  ${command} `)
      const { code, stdout } = await answerOf([command, '--help'])
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        `Usage: npx livecache ${command} ${command === 'doctor' ? '<address> ' : ''}[options]`,
      ])
      // For terminals of the usual width and a bit.
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
    }
  })

  it('prints the version of the package', async () => {
    expect((await answerOf(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('names the commands there are where it is asked for another', async () => {
    expect(await answerOf(['mok'])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(
        'There is no command "mok": there are mock, gateway and doctor. See: npx livecache --help',
      ),
    })
  })

  it('prints nothing where it is to be quiet', async () => {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const quiet = runCli(['mock', '--quiet', '--port', String(port)])
    const isUp = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        () => true,
        () => false,
      )
    for (let tries = 0; tries < 100 && !(await isUp()); tries++) await new Promise((resolve) => setTimeout(resolve, 50))
    await post(`http://127.0.0.1:${port}/mock/events`, '"goal created"')
    quiet.child.kill('SIGINT')
    expect([await quiet.exited, quiet.stdout, quiet.stderr]).toEqual([0, '', ''])
  })
})

describe('what is wrong', () => {
  it.each<[string, unknown, string]>([
    ['a comma too many', '{\n  "loop": true,\n}', 'line 3, column 1: expected a name in double quotes.'],
    ['an unknown field', { event: {} }, 'event is no field of a scenario: those are $schema, name'],
    [
      'an event without a type',
      { events: { 'goal created': { payload: 1 } } },
      'events["goal created"].type is missing: it must be a text.',
    ],
    ['a step that does nothing', { steps: [{ after: 5 }] }, 'steps[0] does nothing: it needs "emit" or "fault".'],
  ])('in a scenario (%s) is told with the file and the place, and ends it with 1', async (_name, scenario, message) => {
    const file = scenarioFile(scenario)
    const { code, stdout, stderr } = await answerOf(['mock', '--scenario', file])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`livecache: The scenario ${file} is not right: ${message}`)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it.each<[string, string[], string]>([
    ['an unknown option', ['--prot', '1'], "Unknown option '--prot'. All options: npx livecache mock --help"],
    ['a word', ['scenario'], "Unexpected argument 'scenario'. All options: npx livecache mock --help"],
    [
      'a file without its option',
      ['desk.json'],
      "Unexpected argument 'desk.json'. Did you mean --scenario desk.json? All options: npx livecache mock --help",
    ],
    ['no value', ['--port'], '--port needs a value. All options: npx livecache mock --help'],
    ['no value but an option', ['--port', '--quiet'], '--port needs a value. All options: npx livecache mock --help'],
    [
      'no port',
      ['--port', 'x1'],
      '--port must be a number from 0 to 65535 (0: any that is free), and is "x1". All options: npx livecache mock --help',
    ],
    ['no file', ['--scenario', 'nope.json'], "The scenario nope.json can't be read: there is no such file."],
    ['a folder', ['--scenario', 'src'], "The scenario src can't be read: it is a folder."],
  ])('on the command line (%s) is told in one line, and ends it with 1', async (_name, args, message) => {
    expect(await answerOf(['mock', ...args])).toEqual({ code: 1, stdout: '', stderr: `livecache: ${message}\n` })
  })

  it('a port that is taken', async () => {
    const { port } = await serveScenario()
    const { code, stdout, stderr } = await answerOf(['mock', '--port', String(port)])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(
      `livecache: Port ${port} is taken, so the server cannot start. Stop what uses it, or choose another port.`,
    )
  })
})
