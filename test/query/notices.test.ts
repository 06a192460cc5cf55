import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { noteUnbound, noteUnmatched } from '../../src/query/notices.ts'
import { ignore } from '../../src/query/index.ts'
import { begin, end, pass, setUp } from './fixture.ts'

let warn: MockInstance<typeof console.warn>
const told = () => warn.mock.calls.map(([text]) => String(text))
beforeEach(() => {
  begin()
  vi.stubEnv('NODE_ENV', 'development')
  warn = vi.spyOn(console, 'warn').mockReturnValue(undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await end()
})

describe('a notice', () => {
  it('names the type that no rule takes, and how to say that this is meant, once', () => {
    for (let time = 0; time < 3; time++) noteUnmatched('goal.archived', () => [])
    expect(told()).toEqual([expect.stringContaining(`rules: { 'goal.archived': ignore }`)])
    expect(told()[0]).not.toContain('Did you mean')
  })

  it('names the rule that may be meant', () => {
    noteUnmatched('goalRenamed', () => ['chat.typing', 'goal.renamed'])
    expect(told()).toEqual([expect.stringContaining('type "goalRenamed". Did you mean "goal.renamed" to?')])
  })

  it('says that nothing tells which queries were missed', () => {
    noteUnbound()
    expect(told()).toEqual([expect.stringContaining('Name them: streams:')])
  })

  it('is given in development alone', () => {
    for (const environment of ['production', 'test', '']) {
      vi.stubEnv('NODE_ENV', environment)
      noteUnmatched('a', () => [])
    }
    expect(told()).toEqual([])
  })
})

describe('an event', () => {
  const event = (type: string) => ({ type, eventId: type, payload: {} })

  it('that nothing takes is told of', async () => {
    const { say } = await setUp({ rules: { 'goal.moved': ignore } })
    say(event('goal.movd'))
    await pass(100)
    expect(told()).toEqual([
      expect.stringContaining('no rule takes events of type "goal.movd". Did you mean "goal.moved" to?'),
    ])
  })

  it('that a handler or a query takes is not', async () => {
    const { say, realtime, queryClient } = await setUp({ rules: {} })
    realtime.on('chat.typing', () => {})
    queryClient.getQueryCache().build(queryClient, { queryKey: ['a'], meta: { realtime: { on: 'chat.read' } } })
    for (const type of ['chat.typing', 'chat.read', 'chat.opened']) say(event(type))
    await pass(100)
    expect(told()).toEqual([expect.stringContaining('"chat.opened"')])
  })
})
