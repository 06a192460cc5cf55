import { describe, expect, it } from 'vitest'
import { protocolName } from '../../src/protocol/index.ts'
import { clientFrameFields, findWrongField, serverFrameFields } from '../../src/protocol/frames.ts'

describe('the protocol', () => {
  it('has a name that never changes within this version', () => {
    expect(protocolName).toBe('realtime.v1')
  })

  it('takes these names for its own, so that no event can have them', () => {
    expect(Object.keys(clientFrameFields)).toEqual([
      'subscribe',
      'unsubscribe',
      'ack',
      'ping',
      'pong',
      'auth',
      'resume',
      'publish',
    ])
    expect(Object.keys(serverFrameFields)).toEqual([
      'welcome',
      'authenticated',
      'subscribed',
      'unsubscribed',
      'resumed',
      'ping',
      'pong',
      'published',
      'error',
      'reconnect',
      'resync',
      'revoked',
    ])
  })
})

describe('findWrongField', () => {
  it('names the first field that does not fit', () => {
    const frame = { type: 'error', code: 'X', message: 7, retryable: 'no' }
    expect(findWrongField(serverFrameFields, frame)).toBe('"message" of a "error" frame must be a string')
  })

  it('finds nothing where all fit, unknown fields included', () => {
    expect(findWrongField(serverFrameFields, { type: 'error', code: 'X', hint: 7 })).toBeNull()
    expect(findWrongField(clientFrameFields, { type: 'ping' })).toBeNull()
  })
})
