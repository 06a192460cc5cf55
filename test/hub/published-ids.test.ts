import { describe, expect, it } from 'vitest'
import { createPublishedIds } from '../../src/hub/published-ids.ts'

function newMemory() {
  const time = { now: 0 }
  const memory = createPublishedIds<string>({
    now: () => time.now,
    retentionMs: 300_000,
    maxPerSubject: 3,
    isDone: (outcome) => outcome === 'done',
  })
  const publish = (subject: string, id: string, outcome = 'done') => memory.once(subject, id, async () => outcome)
  return { memory, time, publish }
}

describe('the ids of what was published', () => {
  it('are forgotten after their time, those of subjects that fell silent too', async () => {
    const { memory, time, publish } = newMemory()
    for (const subject of ['ada', 'bo', 'cy']) await publish(subject, '1')
    expect(memory.size).toBe(3)
    time.now = 300_000
    await publish('ada', '2')
    expect(memory.size).toBe(1)
  })

  it('are as many per subject as are allowed, the latest of them', async () => {
    const { memory, publish } = newMemory()
    for (const id of ['1', '2', '3', '4', '5']) await publish('ada', id)
    await publish('bo', '1')
    expect(memory.size).toBe(4)
    const again: string[] = []
    for (const id of ['3', '2']) await memory.once('ada', id, async () => (again.push(id), 'done'))
    expect(again).toEqual(['2'])
  })

  it('are not kept of what came to nothing', async () => {
    const { memory, publish } = newMemory()
    expect(await publish('ada', '1', 'refused')).toBe('refused')
    expect(memory.size).toBe(0)
    expect(await publish('ada', '1')).toBe('done')
    expect(await publish('ada', '1', 'refused')).toBe('done')
  })

  it('keep who asks meanwhile waiting for the first', async () => {
    const { memory } = newMemory()
    let settle = (_outcome: string) => {}
    const first = memory.once('ada', '1', () => new Promise((resolve) => (settle = resolve)))
    const second = memory.once('ada', '1', async () => 'another')
    settle('done')
    expect(await Promise.all([first, second])).toEqual(['done', 'done'])
  })
})
