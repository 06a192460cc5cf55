import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { RealtimeError } from '../../src/base/errors.ts'
import { createScope } from '../../src/base/scope.ts'
import { createOutbox, type OutboxOptions } from '../../src/client/outbox.ts'
import type { PublishFrame } from '../../src/protocol/frames.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function setUp(options: Partial<OutboxOptions> = {}) {
  const sent: PublishFrame[] = []
  const log: string[] = []
  const outbox = createOutbox({
    scope: createScope(systemClock),
    maxQueued: 1_000,
    ttlMs: 60_000,
    answerLimitMs: 10_000,
    send: (frame) => sent.push(frame),
    refusal: () => null,
    onLate: () => log.push('late'),
    onSettled: (id, code) => log.push(`${id} ${code ?? 'published'}`),
    ...options,
  })
  /** Publishes under this id; what came of it is in the log too. */
  const publish = (id: string, payload: unknown = {}, ttlMs = 60_000) => {
    const promise = outbox.publish('goal.renamed', payload, { id, ttlMs })
    promise.catch(() => {})
    return promise
  }
  const ids = () => sent.map(({ id }) => id)
  const clear = () => outbox.failAll(new RealtimeError('disposed', 'the test is over'))
  return { outbox, sent, log, publish, ids, clear }
}

/** The code it was rejected with, and what that says, without where to read more. */
async function rejection(promise: Promise<unknown>): Promise<[string, string]> {
  try {
    await promise
  } catch (error) {
    if (error instanceof RealtimeError) return [error.code, error.message.replace(/ \(livecache\/docs\S+\)$/, '')]
  }
  throw new Error('it was not rejected with a RealtimeError')
}

const rest = (ms = 10_000) => vi.advanceTimersByTime(ms)

describe('what is published', () => {
  it('goes at once where the link is open, with all that was said of it', async () => {
    const { outbox, sent } = setUp()
    outbox.open()
    const first = outbox.publish('goal.renamed', { name: 'x' }, { stream: 'goal:1', id: 'm1' })
    const second = outbox.publish('goal.seen', undefined)
    expect(sent).toEqual([
      { type: 'publish', id: 'm1', event: 'goal.renamed', payload: { name: 'x' }, stream: 'goal:1' },
      { type: 'publish', id: expect.stringMatching(/^[\da-f-]{36}$/), event: 'goal.seen', payload: undefined },
    ])
    for (const { id } of sent) outbox.answered(id, `E-${id}`)
    await expect(first).resolves.toEqual({ id: 'm1', eventId: 'E-m1' })
    await expect(second).resolves.toEqual({ id: sent[1]!.id, eventId: `E-${sent[1]!.id}` })
    rest()
  })

  it('waits for the link, and goes in order once it is open', () => {
    const { outbox, publish, ids, clear } = setUp()
    for (const id of ['a', 'b', 'c']) void publish(id)
    expect(ids()).toEqual([])
    expect(outbox.size).toBe(3)
    outbox.open()
    void publish('d')
    expect(ids()).toEqual(['a', 'b', 'c', 'd'])
    clear()
    rest()
  })

  it('goes once however often the link is said to be open', () => {
    const { outbox, publish, ids, clear } = setUp()
    void publish('a')
    outbox.open()
    outbox.open()
    expect(ids()).toEqual(['a'])
    clear()
    rest()
  })

  it('and not answered goes again on the next link, under the same id and before what is newer', async () => {
    const { outbox, publish, ids } = setUp()
    outbox.open()
    const answers = ['a', 'b', 'c'].map((id) => publish(id))
    outbox.answered('b', 'E-b')
    outbox.close()
    answers.push(publish('d'))
    expect(ids()).toEqual(['a', 'b', 'c'])
    outbox.open()
    expect(ids().slice(3)).toEqual(['a', 'c', 'd'])
    for (const id of ['a', 'c', 'd']) outbox.answered(id, `E-${id}`)
    expect((await Promise.all(answers)).map(({ eventId }) => eventId)).toEqual(['E-a', 'E-b', 'E-c', 'E-d'])
    expect(outbox.size).toBe(0)
    rest()
  })

  it('is answered once: the same answer again, or one nobody waits for, means nothing', async () => {
    const { outbox, publish, log } = setUp()
    outbox.open()
    const promise = publish('a')
    outbox.answered('a', 'E-1')
    outbox.answered('a', 'E-2')
    outbox.answered('unknown', 'E-3')
    await expect(promise).resolves.toEqual({ id: 'a', eventId: 'E-1' })
    expect(log).toEqual(['a published'])
    rest()
  })

  it('and refused is rejected with the server’s reason, and never goes again', async () => {
    const { outbox, publish, ids, log } = setUp()
    outbox.open()
    const promise = publish('a')
    expect(outbox.refused('a', 'FORBIDDEN', 'not yours')).toBe(true)
    expect(await rejection(promise)).toEqual([
      'publish-refused',
      'The server did not take "goal.renamed": not yours (FORBIDDEN). Nobody was told of it.',
    ])
    outbox.close()
    outbox.open()
    expect(ids()).toEqual(['a'])
    expect(log).toEqual(['a publish-refused'])
    rest()
  })

  it('knows which refusals are about something else', () => {
    const { outbox } = setUp()
    expect(outbox.refused('s1', 'UNKNOWN_TOPIC', 'no such stream')).toBe(false)
  })
})

describe('the time it may take', () => {
  it('ends it unsent where no link came', async () => {
    const { outbox, publish, ids, log } = setUp()
    const promise = publish('a', {}, 5_000)
    rest(4_999)
    expect(outbox.size).toBe(1)
    rest(1)
    const [code, message] = await rejection(promise)
    expect(code).toBe('publish-expired')
    expect(message).toContain('could not be sent in time')
    expect(log).toEqual(['a publish-expired'])
    outbox.open()
    expect(ids()).toEqual([])
  })

  it('ends it in doubt where it was sent', async () => {
    const { outbox, publish } = setUp()
    outbox.open()
    const promise = publish('a', {}, 5_000)
    rest(5_000)
    const [code, message] = await rejection(promise)
    expect(code).toBe('publish-expired')
    expect(message).toContain('may have been published or not')
    outbox.answered('a', 'E-late')
    rest()
  })

  it('is a minute where nothing else is said, and runs on while the link is gone', async () => {
    const { outbox } = setUp()
    const promise = outbox.publish('a', {})
    const rejected = rejection(promise)
    outbox.open()
    outbox.close()
    rest(59_999)
    expect(outbox.size).toBe(1)
    rest(1)
    expect((await rejected)[0]).toBe('publish-expired')
  })
})

describe('an answer that is missed', () => {
  it('is said after ten seconds, and again as long as it does not come', () => {
    const { outbox, publish, log, clear } = setUp()
    outbox.open()
    void publish('a')
    rest(9_999)
    expect(log).toEqual([])
    rest(1)
    expect(log).toEqual(['late'])
    rest(10_000)
    expect(log).toEqual(['late', 'late'])
    clear()
    rest()
  })

  it('is not missed once it came', () => {
    const { outbox, publish, log } = setUp()
    outbox.open()
    void publish('a')
    outbox.answered('a', 'E')
    rest(30_000)
    expect(log).toEqual(['a published'])
  })

  it('is missed also after a quiet time in which nothing was waited for', () => {
    const { outbox, publish, log, clear } = setUp()
    outbox.open()
    void publish('a')
    outbox.answered('a', 'E')
    rest(30_000)
    void publish('b')
    rest(10_000)
    expect(log).toEqual(['a published', 'late'])
    clear()
    rest()
  })

  it('is not missed on a link that is gone, nor what was never sent', () => {
    const { outbox, publish, log, clear } = setUp()
    outbox.open()
    void publish('a')
    outbox.close()
    void publish('b')
    rest(30_000)
    expect(log).toEqual([])
    clear()
  })

  it('has its whole time again on the next link', () => {
    const { outbox, publish, log, clear } = setUp()
    outbox.open()
    void publish('a')
    rest(9_000)
    outbox.close()
    outbox.open()
    rest(9_999)
    expect(log).toEqual([])
    rest(1)
    expect(log).toEqual(['late'])
    clear()
    rest()
  })
})

describe('what cannot be published', () => {
  it('is refused with why nothing is kept now', async () => {
    const { outbox } = setUp({ refusal: () => new RealtimeError('not-connected', 'paused') })
    expect(await rejection(outbox.publish('a', {}))).toEqual(['not-connected', 'paused'])
    expect(outbox.size).toBe(0)
  })

  it('is what has no type, or a pattern for one', async () => {
    const { outbox, log } = setUp()
    for (const event of ['', 'goal.*', undefined as never, 7 as never])
      expect((await rejection(outbox.publish(event, {})))[0]).toBe('invalid-option')
    expect(outbox.size).toBe(0)
    expect(log).toEqual([])
  })

  it('is a second one under an id that is being published', async () => {
    const { outbox, publish, clear } = setUp()
    void publish('a')
    expect((await rejection(publish('a')))[0]).toBe('invalid-option')
    expect(outbox.size).toBe(1)
    clear()
    // Once the first is done with, the id is free again.
    void publish('a')
    expect(outbox.size).toBe(1)
    clear()
  })

  it('is one more than are kept', async () => {
    const { outbox, publish, clear } = setUp({ maxQueued: 2 })
    for (const id of ['a', 'b']) void publish(id)
    const [code, message] = await rejection(publish('c'))
    expect(code).toBe('queue-full')
    expect(message).toContain('2 events wait')
    outbox.open()
    outbox.answered('a', 'E')
    void publish('c')
    expect(outbox.size).toBe(2)
    clear()
    rest()
  })

  it('is what is no JSON, or too long for a frame', async () => {
    const { outbox, publish, clear } = setUp()
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    for (const payload of [circle, 5n, 'x'.repeat(65_536)])
      expect((await rejection(publish('a', payload)))[0]).toBe('invalid-payload')
    expect(outbox.size).toBe(0)
    const room = 65_536 - JSON.stringify({ type: 'publish', id: 'a', event: 'goal.renamed', payload: '' }).length
    expect((await rejection(publish('a', 'x'.repeat(room + 1))))[0]).toBe('invalid-payload')
    void publish('a', 'x'.repeat(room))
    expect(outbox.size).toBe(1)
    clear()
  })
})

describe('a link that ended because of what we sent', () => {
  it('costs the largest, or the oldest, of what was sent, and that goes never again', async () => {
    for (const [which, guilty, others] of [
      ['largest', 'b', ['a', 'c']],
      ['oldest', 'a', ['b', 'c']],
    ] as const) {
      const { outbox, publish, ids, clear } = setUp()
      outbox.open()
      const promises = { a: publish('a', 'x'), b: publish('b', 'x'.repeat(50)), c: publish('c', 'x') }
      outbox.blame(which, 'too large')
      outbox.close()
      const [code, message] = await rejection(promises[guilty])
      expect(code).toBe('publish-refused')
      expect(message).toContain('too large; it will not be sent again')
      outbox.open()
      expect(ids().slice(3)).toEqual(others)
      clear()
      rest()
    }
  })

  it('does not cost what another link carried', () => {
    const { outbox, publish, log, clear } = setUp()
    outbox.open()
    void publish('a')
    outbox.close()
    outbox.blame('oldest', 'not understood')
    expect(log).toEqual([])
    clear()
    rest()
  })

  it('does not cost what was not sent yet, however large', () => {
    const { outbox, publish, log, clear } = setUp()
    void publish('a', 'x'.repeat(50))
    for (const which of ['largest', 'oldest'] as const) outbox.blame(which, 'too large')
    expect(log).toEqual([])
    clear()
  })
})

describe('the end', () => {
  it('fails all that waits, each once, and leaves nothing behind', async () => {
    const { outbox, publish, log } = setUp()
    outbox.open()
    const promises = [publish('a'), publish('b')]
    outbox.close()
    outbox.failAll(new RealtimeError('not-connected', 'another user'))
    for (const promise of promises) expect(await rejection(promise)).toEqual(['not-connected', 'another user'])
    expect(log).toEqual(['a not-connected', 'b not-connected'])
    expect(outbox.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of the client leaves no timer', () => {
    const scope = createScope(systemClock)
    const { outbox, publish } = setUp({ scope })
    outbox.open()
    void publish('a')
    expect(vi.getTimerCount()).toBe(2)
    scope.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })
})
