// When events leave a gateway, in fake time; what then is on the wire, read by a real receiver.
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Lane, Packer } from '../../src/gateway/packer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const pass = (ms: number) => vi.advanceTimersByTime(ms)

function lane(packer = new Packer()) {
  const sent: string[] = []
  const one = new Lane(packer, { write: (text) => sent.push(text) })
  return { send: one.send.bind(one), flush: one.flush.bind(one), drop: one.drop.bind(one), sent }
}

describe('a lane', () => {
  it('that is idle sends at once', () => {
    const { send, sent } = lane()
    send('1')
    pass(8)
    pass(8)
    send('2')
    expect(sent).toEqual(['1', '2'])
  })

  it('that is busy sends what comes within 8 ms as one array', () => {
    const { send, sent } = lane()
    for (const text of ['1', '2', '3']) send(text)
    expect(sent).toEqual(['1'])
    pass(8)
    expect(sent).toEqual(['1', '[2,3]'])
    send('4')
    pass(8)
    expect(sent).toEqual(['1', '[2,3]', '4'])
  })

  it('stays busy as long as something comes', () => {
    const { send, sent } = lane()
    for (let ms = 0; ms < 100; ms++) {
      send(String(ms))
      pass(1)
    }
    pass(8)
    expect(sent.length).toBeLessThan(16)
    expect(JSON.parse(`[${sent.map((text) => text.replaceAll(/[[\]]/g, '')).join(',')}]`)).toEqual([
      ...Array(100).keys(),
    ])
  })

  it('never packs more than a message may have', () => {
    const { send, sent } = lane()
    const long = JSON.stringify('ü'.repeat(9_000))
    for (let count = 0; count < 20; count++) send(long)
    pass(8)
    expect(sent.every((text) => Buffer.byteLength(text) <= 65_536)).toBe(true)
    expect(sent.flatMap((text) => JSON.parse(text) as string[] | string)).toHaveLength(20)
  })

  it('can be flushed, so that something else may follow, and dropped', () => {
    const { send, flush, drop, sent } = lane()
    send('1')
    send('2')
    flush()
    expect(sent).toEqual(['1', '2'])
    send('3')
    drop()
    pass(20)
    expect(sent).toEqual(['1', '2'])
  })

  it('leaves no timer behind once all is quiet', () => {
    const { send } = lane()
    for (const text of ['1', '2']) send(text)
    pass(30)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('many lanes', () => {
  it('bring everything once and in order, whenever it comes, and nothing later than 8 ms', () => {
    const step = fc.oneof(
      fc.record({ lane: fc.nat(2), kind: fc.constant('send' as const) }),
      fc.record({ lane: fc.nat(2), kind: fc.constant('flush' as const) }),
      fc.record({ ms: fc.nat(12), kind: fc.constant('pass' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        vi.clearAllTimers()
        const packer = new Packer()
        const lanes = [0, 1, 2].map(() => lane(packer))
        const sentAt = new Map<number, number>()
        let count = 0
        const came = lanes.map(
          ({ sent }) =>
            () =>
              sent.flatMap((text) => JSON.parse(text) as number | number[]),
        )
        for (const one of steps) {
          if (one.kind === 'pass') {
            for (let ms = 0; ms < one.ms; ms++) pass(1)
          } else if (one.kind === 'flush') lanes[one.lane]!.flush()
          else {
            sentAt.set(count, Date.now())
            lanes[one.lane]!.send(String(count * 3 + one.lane))
            count++
          }
          const late = [...sentAt].filter(([number, at]) => {
            const isHere = came.some((numbers, index) => numbers().includes(number * 3 + index))
            return !isHere && Date.now() - at > 8
          })
          if (late.length > 0) throw new Error(`${late.length} are late`)
        }
        pass(8)
        for (const [index, numbers] of came.entries()) {
          const all = numbers()
          expect(all).toEqual(all.toSorted((a, b) => a - b))
          expect(all.every((number) => number % 3 === index)).toBe(true)
        }
        expect(came.flatMap((numbers) => numbers()).length).toBe(count)
      }),
    )
  })
})
