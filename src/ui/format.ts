// Numbers, times and plurals in the reader's language, all of them from Intl.

export interface Format {
  /** BCP 47. */
  readonly locale: string
  number(value: number): string
  /** `12 sec`. */
  seconds(value: number): string
  /** `40 ms`. */
  ms(value: number): string
  /** `3 minutes ago`. @param at epoch ms @param now epoch ms */
  ago(at: number, now: number): string
  /** The time of day; with the date where it is another day. @param at epoch ms @param now epoch ms */
  time(at: number, now: number): string
  /** Picks a form by the plural rules of the language and puts the number in the place of `#`. */
  plural(count: number, forms: PluralForms): string
}

export type PluralForms = { readonly [Form in Intl.LDMLPluralRule]?: string } & { readonly other: string }

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** What writes a locale as `de_DE` or `C` must not end in a RangeError. */
export function localeTag(locale: string): string {
  const tag = locale.replace(/[.@].*$/, '').replaceAll('_', '-')
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

const formats = new Map<string, Format>()

/** @param timeZone IANA name. @default the device's */
export function formatOf(locale: string, timeZone?: string): Format {
  const key = `${locale} ${timeZone ?? ''}`
  const known = formats.get(key) ?? createFormat(localeTag(locale), timeZone)
  formats.set(key, known)
  return known
}

function createFormat(locale: string, timeZone: string | undefined): Format {
  const unit = (name: string) => {
    const format = new Intl.NumberFormat(locale, { style: 'unit', unit: name, maximumFractionDigits: 0 })
    return (value: number) => format.format(value)
  }
  const numbers = new Intl.NumberFormat(locale)
  const plurals = new Intl.PluralRules(locale)
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const zone = zoneOf(timeZone)
  const day = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'short' })
  const timeOfDay = new Intl.DateTimeFormat(locale, { ...zone, timeStyle: 'short' })
  const dayAndTime = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium', timeStyle: 'short' })
  return {
    locale,
    number: (value) => numbers.format(value),
    seconds: unit('second'),
    ms: unit('millisecond'),
    ago(at, now) {
      const gone = Math.max(0, now - at)
      const [name, ms] = steps.find(([, step]) => gone >= step) ?? (['second', 1_000] as const)
      return relative.format(-Math.floor(gone / ms), name)
    },
    time: (at, now) => (day.format(at) === day.format(now) ? timeOfDay : dayAndTime).format(at),
    plural: (count, forms) => (forms[plurals.select(count)] ?? forms.other).replace('#', numbers.format(count)),
  }
}

/** A zone that is none must not end in a RangeError: then it is the device's. */
function zoneOf(timeZone: string | undefined): { timeZone?: string } {
  if (timeZone === undefined) return {}
  try {
    return { timeZone: new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone }
  } catch {
    return {}
  }
}
