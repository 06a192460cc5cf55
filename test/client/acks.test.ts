import { describe, expect, it } from 'vitest'
import { createAcks } from '../../src/client/acks.ts'
import type { ClientFrame } from '../../src/protocol/index.ts'

function setUp() {
  const sent: ClientFrame[] = []
  return { sent, acks: createAcks((frame) => sent.push(frame)) }
}

describe('acks', () => {
  it('go one by one where the server announced nothing else', () => {
    const { acks, sent } = setUp()
    acks.add('a')
    acks.add('b')
    acks.flush()
    expect(sent).toEqual([
      { type: 'ack', eventId: 'a' },
      { type: 'ack', eventId: 'b' },
    ])
  })

  it('go in one frame per message where it takes that, alone in the plain form', () => {
    const { acks, sent } = setUp()
    acks.canGroup = true
    acks.add('a')
    acks.add('b')
    acks.flush()
    acks.add('c')
    acks.flush()
    acks.flush()
    expect(sent).toEqual([
      { type: 'ack', eventIds: ['a', 'b'] },
      { type: 'ack', eventId: 'c' },
    ])
    expect(acks.sent).toBe(3)
  })

  it('say which event was refused', () => {
    const { acks, sent } = setUp()
    acks.add('a', true)
    acks.flush()
    expect(sent).toEqual([{ type: 'ack', eventId: 'a', rejected: true }])
  })
})
