// Amounts as people read and write them. They are whole numbers of the smallest unit, and every currency here has a hundred of it.
import type { Currency } from './entities.ts'

const formatters = new Map<string, Intl.NumberFormat>()

function formatterOf(currency: Currency, signDisplay: 'auto' | 'always'): Intl.NumberFormat {
  const key = `${currency} ${signDisplay}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    signDisplay,
  })
  formatters.set(key, made)
  return made
}

/** ₦499,500.00 */
export const exactMoney = (amount: number, currency: Currency): string =>
  formatterOf(currency, 'auto').format(amount / 100)

/** +€40.00, −€40.00 */
export const signedMoney = (amount: number, currency: Currency, direction: 'IN' | 'OUT'): string =>
  formatterOf(currency, 'always')
    .format((direction === 'IN' ? amount : -amount) / 100)
    .replace('-', '−')

/** What a person typed as an amount: `1,250`, `40.5`. Null where it is none, or has more than two decimals. */
export function parseMoney(text: string): number | null {
  const plain = text.replaceAll(/[\s,]/g, '')
  if (!/^(\d+(\.\d{0,2})?|\.\d{1,2})$/.test(plain)) return null
  const amount = Math.round(Number(plain) * 100)
  return Number.isSafeInteger(amount) ? amount : null
}
