// What the address of a socket asks for.
import { describe, expect, it } from 'vitest'
import { addressSubscription, seedIn } from '../../src/hub/address-subscription.ts'

const seed = (query: string) => seedIn(new URLSearchParams(query))

describe('an address', () => {
  it('that names events and filters asks for those', () => {
    expect(seed('events=transaction,balance&minAmount=1000&maxAmount=100000&status=success')).toEqual({
      type: 'subscribe',
      events: ['transaction', 'balance'],
      filters: { minAmount: 1_000, maxAmount: 100_000, status: ['success'] },
    })
  })

  it('that names only filters which are known asks for all that fit', () => {
    expect(seed('minAmount=0&lastEventId=EV-7')).toEqual({
      type: 'subscribe',
      events: ['*'],
      filters: { minAmount: 0 },
      lastEventId: 'EV-7',
    })
  })

  it('that names nothing of the kind asks for nothing', () => {
    for (const query of ['', 'v=3', 'events=', 'minAmount=', 'protocol=realtime.v1', 'token=t']) {
      expect(seed(query)).toBeNull()
    }
    expect(addressSubscription(new URLSearchParams('minAmount=5'))).toBeNull()
  })
})
