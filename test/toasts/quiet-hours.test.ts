import { describe, expect, it } from 'vitest'
import { type QuietHours, quietHours } from '../../src/toasts/quiet-hours.ts'

const at = (time: string) => Date.parse(time)
const berlin = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }

describe('quiet hours', () => {
  it('TB-5 go past midnight, with their beginning and without their end', () => {
    const isQuiet = quietHours({ ...berlin, timeZone: 'UTC' })
    expect(isQuiet(at('2026-03-10T21:59:59Z'))).toBe(false)
    expect(isQuiet(at('2026-03-10T22:00:00Z'))).toBe(true)
    expect(isQuiet(at('2026-03-11T00:00:00Z'))).toBe(true)
    expect(isQuiet(at('2026-03-11T06:59:59Z'))).toBe(true)
    expect(isQuiet(at('2026-03-11T07:00:00Z'))).toBe(false)
  })

  it('are within a day where they end later than they begin, and a full day where they end as they begin', () => {
    const noon = quietHours({ from: '12:00', to: '13:30', timeZone: 'UTC' })
    expect(['11:59', '12:00', '13:29', '13:30'].map((time) => noon(at(`2026-03-10T${time}:00Z`)))).toEqual([
      false,
      true,
      true,
      false,
    ])
    const always = quietHours({ from: '09:00', to: '09:00', timeZone: 'UTC' })
    expect(['08:59', '09:00', '00:00'].every((time) => always(at(`2026-03-10T${time}:00Z`)))).toBe(true)
  })

  it('follow the clock on the wall of their zone', () => {
    const isQuiet = quietHours(berlin)
    expect(isQuiet(at('2026-01-10T21:00:00Z'))).toBe(true)
    expect(isQuiet(at('2026-07-10T20:00:00Z'))).toBe(true)
    expect(isQuiet(at('2026-01-10T20:30:00Z'))).toBe(false)
    const kolkata = quietHours({ ...berlin, timeZone: 'Asia/Kolkata' })
    expect(kolkata(at('2026-01-10T16:30:00Z'))).toBe(true)
    expect(kolkata(at('2026-01-10T16:29:00Z'))).toBe(false)
  })

  it('TB-5 are as the wall says on the days of the change: 02:30 that does not exist, and one that comes twice', () => {
    const night = quietHours({ from: '02:30', to: '07:00', timeZone: 'Europe/Berlin' })
    expect(night(at('2026-03-29T00:59:00Z'))).toBe(false)
    expect(night(at('2026-03-29T01:00:00Z'))).toBe(true)
    expect(night(at('2026-03-29T04:59:00Z'))).toBe(true)
    expect(night(at('2026-03-29T05:00:00Z'))).toBe(false)
    const autumn = quietHours(berlin)
    for (const time of ['2026-10-24T20:00Z', '2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T05:59Z']) {
      expect(autumn(at(time))).toBe(true)
    }
    expect(autumn(at('2026-10-25T06:00Z'))).toBe(false)
  })

  it('TB-5 of some days belong, past midnight, to the day on which they began', () => {
    const isQuiet = quietHours({ ...berlin, timeZone: 'UTC', days: ['fri'] })
    expect(isQuiet(at('2026-03-13T22:30:00Z'))).toBe(true)
    expect(isQuiet(at('2026-03-14T06:30:00Z'))).toBe(true)
    expect(isQuiet(at('2026-03-14T22:30:00Z'))).toBe(false)
    expect(isQuiet(at('2026-03-13T06:30:00Z'))).toBe(false)
    const sundays = quietHours({ from: '08:00', to: '07:00', timeZone: 'UTC', days: ['sat'] })
    expect(sundays(at('2026-03-15T06:30:00Z'))).toBe(true)
  })

  it('are in the zone of the device where they name none', () => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    const now = at('2026-03-10T22:30:00Z')
    expect(quietHours({ from: '22:00', to: '07:00' })(now)).toBe(quietHours({ ...berlin, timeZone })(now))
  })

  it.each([
    { ...berlin, from: '24:00' },
    { ...berlin, from: '7:00' },
    { ...berlin, to: '' },
    { ...berlin, to: '07:60' },
    { ...berlin, timeZone: 'Europe/Atlantis' },
    { ...berlin, timeZone: '' },
    { ...berlin, days: ['someday'] as never },
  ] satisfies QuietHours[])('refuses %j', (hours) => {
    expect(() => quietHours(hours)).toThrow(expect.objectContaining({ code: 'invalid-option' }))
  })
})
