// The table of close and error codes: what each one makes the client do.
import { describe, expect, it } from 'vitest'
import { closeCodeOfError, closeCodes, fateOfClose } from '../../src/protocol/index.ts'

describe('a link that was closed with', () => {
  it.each([1001, 1005, 1006, 1011, 1015, 3000, 4000, 4999])('%i is tried again', (code) => {
    expect(fateOfClose(code)).toEqual({ kind: 'retry' })
  })

  it.each([1002, 1003, 1007])('%i is tried again, and said aloud after three in a row', (code) => {
    expect(fateOfClose(code)).toEqual({ kind: 'retry', reportAfter: 3 })
  })

  it.each([
    [1000, 'is tried again, but not before 8 s', { kind: 'retry', minDelayMs: 8_000 }],
    [1008, 'gets one fresh token, then fails', { kind: 'refresh', thenState: 'failed' }],
    [1009, 'is tried again without the largest frame', { kind: 'retry', blame: 'largest' }],
    [4413, 'is tried again without the largest frame', { kind: 'retry', blame: 'largest' }],
    [4422, 'is tried again without the oldest frame', { kind: 'retry', blame: 'oldest' }],
    [1012, 'is tried again after 2 to 8 s', { kind: 'retry', minDelayMs: 2_000, spreadMs: 6_000 }],
    [1013, 'is tried again after 2 to 8 s', { kind: 'retry', minDelayMs: 2_000, spreadMs: 6_000 }],
    [4401, 'gets one fresh token, then is unauthorized', { kind: 'refresh', thenState: 'unauthorized' }],
    [4403, 'stays closed', { kind: 'stop' }],
    [4408, 'goes on at once', { kind: 'now' }],
    [4410, 'begins anew', { kind: 'resync' }],
    [4429, 'waits 30 s', { kind: 'retry', minDelayMs: 30_000 }],
  ])('%i %s', (code, _, fate) => {
    expect(fateOfClose(code)).toEqual(fate)
  })

  it('a code of ours has the fate its name promises', () => {
    expect(Object.entries(closeCodes).map(([name, code]) => [name, code, fateOfClose(code).kind])).toEqual([
      ['normal', 1000, 'retry'],
      ['goingAway', 1001, 'retry'],
      ['lost', 1006, 'retry'],
      ['internal', 1011, 'retry'],
      ['serverRestart', 1012, 'retry'],
      ['tryLater', 1013, 'retry'],
      ['unauthorized', 4401, 'refresh'],
      ['forbidden', 4403, 'stop'],
      ['timeout', 4408, 'now'],
      ['resync', 4410, 'resync'],
      ['tooLarge', 4413, 'retry'],
      ['invalid', 4422, 'retry'],
      ['rateLimit', 4429, 'retry'],
    ])
  })
})

describe('an error frame', () => {
  it.each([
    ['UNAUTHORIZED', 4401],
    ['ACK_TIMEOUT', 4408],
    ['HEARTBEAT_TIMEOUT', 4408],
    ['RESYNC', 4410],
    ['RATE_LIMIT', 4429],
  ])('%s has the fate of %i', (code, closeCode) => {
    expect(closeCodeOfError[code]).toBe(closeCode)
  })

  it.each([
    'FORBIDDEN',
    'UNKNOWN_TOPIC',
    'INVALID',
    'TOO_LARGE',
    'unauthorized',
    'constructor',
    'toString',
    '__proto__',
  ])('%s does not end the link', (code) => {
    expect(closeCodeOfError[code]).toBeUndefined()
  })
})
