// Numbers that make no sense are told where they are given. Taken, they would ping without a pause, forget at once, or limit nothing.
import { describe, expect, it } from 'vitest'
import { createDrain } from '../../src/gateway/drain.ts'
import { createHub } from '../../src/hub/index.ts'
import { verify } from './wire.ts'

const refusal = (name: string) =>
  expect.objectContaining({
    code: 'invalid-option',
    message: expect.stringMatching(new RegExp(`^${name.replaceAll('.', '\\.')} is `)) as string,
  }) as Error

describe('a hub is not made', () => {
  const times = [
    'heartbeatMs',
    'idleMs',
    'maxLifeMs',
    'ackTimeoutMs',
    'authTimeoutMs',
    'retentionMs',
    'reconnectSpreadMs',
  ]
  it.each([...times, 'maxPerStream'])('with %s that is no number, or below 0', (name) => {
    for (const value of [NaN, -1, -Infinity, '30000', null, Number(undefined)]) {
      expect(() => createHub({ verify, [name]: value })).toThrow(refusal(name))
    }
    expect(() => createHub({ verify, [name]: undefined })).not.toThrow()
  })

  it('with an event that is kept for ever, for no time, or for half a millisecond', () => {
    for (const retentionMs of [Infinity, 0, 300_000.5]) {
      expect(() => createHub({ verify, retentionMs })).toThrow(refusal('retentionMs'))
    }
  })

  it.each(['maxSubscriptions', 'maxNames', 'maxUnacked', 'maxUnackedBytes', 'maxBuffered', 'frames', 'publish'])(
    'with a limit %s that would let all through, or nobody',
    (name) => {
      for (const value of [NaN, 0, '200', { burst: NaN, perSecond: 1 }, { burst: 1 }, { burst: 1, perSecond: 0 }]) {
        expect(() => createHub({ verify, limits: { [name]: value } })).toThrow(refusal(`limits.${name}`))
      }
    },
  )

  it('but with what never comes, and with no limit', () => {
    const never = { heartbeatMs: Infinity, idleMs: Infinity, maxLifeMs: Infinity, ackTimeoutMs: Infinity }
    const limits = { maxUnacked: Infinity, maxBuffered: Infinity, frames: { burst: Infinity, perSecond: Infinity } }
    expect(() => createHub({ verify, ...never, authTimeoutMs: Infinity, maxPerStream: Infinity, limits })).not.toThrow()
  })
})

it('a drain has an end that a timer can tell: a longer one would come at once, and end the process with all that waits', () => {
  const hub = { sessions: 0, askToReconnect: () => 0, close() {} }
  const make = (options: object) => () => createDrain({ hub, close: async () => {}, ...options })
  for (const limitMs of [Infinity, 2 ** 31, NaN, 0, -1]) expect(make({ limitMs })).toThrow(refusal('drainMs'))
  for (const noticeMs of [Infinity, NaN, -1]) expect(make({ noticeMs })).toThrow(refusal('drainNoticeMs'))
  expect(make({ hint: { afterMs: NaN, spreadMs: 0 } })).toThrow(refusal('reconnectHint.afterMs'))
  expect(make({ limitMs: 2 ** 31 - 1, noticeMs: 0 })).not.toThrow()
})

it('limits of a gateway, which come along in the same object, are the gateway’s to judge', () => {
  const limits = { connect: { burst: 5, perSecond: 1 }, maxPerIp: 3, maxNames: 5 }
  expect(() => createHub({ verify, limits })).not.toThrow()
})
