import { describe, expect, it } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import { createFaultReports } from '../../src/client/fault-reports.ts'

function setUp() {
  const told: string[] = []
  return { told, reports: createFaultReports(({ code, message }) => told.push(`${code}: ${message}`)) }
}

describe('the app is told', () => {
  it('of faults when there are as many in a row as are told, and not again', () => {
    const { told, reports } = setUp()
    for (let end = 0; end < 2; end++) reports.ended(3, 'bad frame')
    expect(told).toEqual([])
    for (let end = 0; end < 4; end++) reports.ended(3, 'bad frame')
    expect(told).toEqual([expect.stringMatching(/^protocol-fault: The server ended 3 links in a row .*\(bad frame\)/)])
  })

  it('of none where another end came between, or a link has held', () => {
    const { told, reports } = setUp()
    for (let round = 0; round < 3; round++) {
      for (let end = 0; end < 2; end++) reports.ended(3, 'bad frame')
      if (round === 0) reports.ended(undefined, 'gone')
      else reports.settled()
    }
    expect(told).toEqual([])
  })

  it('of a frame of ours that ended a link once, until a link has held', () => {
    const { told, reports } = setUp()
    reports.blamed('too large')
    reports.blamed('too large')
    expect(told).toEqual([expect.stringMatching(/^protocol-fault: .* because of a frame of this client \(too large\)/)])
    reports.settled()
    reports.blamed('too large')
    expect(told).toHaveLength(2)
  })

  it('of a header that was lost on the way, with who has to let it pass', () => {
    const { told, reports } = setUp()
    reports.lostHeader()
    expect(told).toEqual([expect.stringMatching(/^protocol-fault: .*"livecache-protocol".*proxy.*CORS/)])
  })

  it('once of each transport that the browser forbids', () => {
    const { told, reports } = setUp()
    const refusal = new RealtimeError('refused', 'The browser refused it.')
    for (const index of [0, 1, 0, 1]) reports.forbidden(index, refusal)
    reports.settled()
    reports.forbidden(0, refusal)
    expect(told).toHaveLength(2)
  })
})
