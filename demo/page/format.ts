// Numbers, sums and times as people read them. The words of the page are English, so its numbers are too.
import type { Currency, Unit } from '../shared/entities.ts'

export const locale = 'en-GB'
const memo = new Map<string, Intl.NumberFormat>()

function format(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify(options)
  const formatter = memo.get(key) ?? new Intl.NumberFormat(locale, options)
  memo.set(key, formatter)
  // What Intl writes is a hyphen.
  return formatter.format(value).replace('-', '−')
}

const money = (currency: Currency): Intl.NumberFormatOptions => ({
  style: 'currency',
  currency,
  currencyDisplay: 'narrowSymbol',
})

/** ₦312.4m */
export const shortMoney = (value: number, currency: Currency): string =>
  format(value, { ...money(currency), notation: 'compact', maximumFractionDigits: 1 })

/** 312 of 480; 18 to 9. */
export const towards = (start: number, target: number): string => (target < start ? 'to' : 'of')

/** 0.64 → 64% */
export const percent = (share: number): string => format(share, { style: 'percent' })

export function measured(value: number, unit: Unit): string {
  switch (unit) {
    case 'NGN':
    case 'EUR':
    case 'USD':
      return format(value, { ...money(unit), maximumFractionDigits: 0 })
    case 'percent':
      return format(value / 100, { style: 'percent', maximumFractionDigits: 1 })
    case 'hours':
    case 'days':
      return format(value, {
        style: 'unit',
        unit: unit === 'hours' ? 'hour' : 'day',
        unitDisplay: 'long',
        maximumFractionDigits: 1,
      })
    case 'count':
      return format(value, { maximumFractionDigits: 0 })
    default:
      return unit satisfies never
  }
}

/** What a person typed: `312,400.5`, `1 200`, `−3`; null where it is no number. */
export function parseNumber(text: string): number | null {
  const plain = text.replaceAll(/[\s,_]/g, '').replace('−', '-')
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : null
}

const clockTime = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
const dayAndTime = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})

/** 14:30:05 */
export const timeOfDay = (at: number): string => clockTime.format(at)
/** 9 Nov, 14:30 */
export const moment = (iso: string): string => dayAndTime.format(new Date(iso))

export const firstName = (name: string): string => name.split(' ')[0] ?? name
export const initials = (name: string): string =>
  name
    .split(' ')
    .slice(0, 2)
    .map((part) => part.charAt(0))
    .join('')

const plurals = new Intl.PluralRules('en')
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${plurals.select(count) === 'one' ? one : many}`
