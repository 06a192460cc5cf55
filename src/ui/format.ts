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
  /** The time of day; with the date where it is half a day ago. @param at epoch ms @param now epoch ms */
  time(at: number, now: number): string
  /** Picks a form by the plural rules of the language and puts the number in the place of `#`. */
  plural(count: number, forms: PluralForms): string
}

/** A word by what `Intl.PluralRules` says of a number, such as `one` and `other`. */
export type PluralForms = { readonly [Form in Intl.LDMLPluralRule]?: string } & { readonly other: string }

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** What is written as `de_DE.UTF-8`, as `C` or badly must not end in a RangeError. @returns undefined where there is no such language */
export function localeTag(locale: string): string | undefined {
  const tag = locale.replace(/[.@].*/, '').replaceAll('_', '-')
  return accepted(() => Intl.getCanonicalLocales(tag)[0])
}

function accepted<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const formats = new Map<string, Format>()

/** @param timeZone IANA name. @default the device's */
export function formatOf(locale: string, timeZone?: string): Format {
  const key = `${locale} ${timeZone}`
  const known = formats.get(key) ?? createFormat(localeTag(locale) ?? 'en', timeZone)
  formats.set(key, known)
  return known
}

function createFormat(locale: string, zone: string | undefined): Format {
  // A zone that is none must not end in a RangeError either: then it is the device's.
  const timeZone = accepted(() => new Intl.DateTimeFormat(locale, { timeZone: zone }).resolvedOptions().timeZone)
  const unit = (name: string) => new Intl.NumberFormat(locale, { style: 'unit', unit: name }).format
  const moment = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeStyle: 'short', timeZone }).format
  const [time, dateAndTime] = [moment({}), moment({ dateStyle: 'medium' })]
  const plurals = new Intl.PluralRules(locale)
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const number = new Intl.NumberFormat(locale).format
  return {
    locale,
    number,
    seconds: unit('second'),
    ms: unit('millisecond'),
    ago(at, now) {
      const gone = Math.max(0, now - at)
      const [name, ms] = steps.find(([, step]) => gone >= step) ?? (['second', 1_000] as const)
      return relative.format(-Math.floor(gone / ms), name)
    },
    time: (at, now) => (now - at < 43_200_000 ? time : dateAndTime)(at),
    plural: (count, forms) => (forms[plurals.select(count)] ?? forms.other).replace('#', number(count)),
  }
}
