// What holds for all components below: words, language, parts. Read by useUi; given by ui-provider.tsx.
import { createContext, type ReactNode, useContext } from 'react'
import { type Format, formatOf } from './format.ts'
import type { Labels, LabelsOf, PartialLabels } from './labels.ts'
import type { PartsConfig } from './parts.ts'

/** The glyphs that components use, by shape. */
export type IconName =
  | 'dot'
  | 'ring'
  | 'arc'
  | 'key'
  | 'cycle'
  | 'dash'
  | 'slash'
  | 'square'
  | 'bars'
  | 'lock'
  | 'cross'
  | 'clock'
  | 'check'
  | 'waves'

/** Others in place of ours. */
export type Icons = { readonly [Name in IconName]?: ReactNode }

export interface UiSettings extends PartsConfig {
  /** Words in place of the English ones: `ar`, or some of your own. */
  labels?: PartialLabels | undefined
  /** The language of numbers and times, BCP 47. @default that of the labels */
  locale?: string | undefined
  /** IANA name. @default the device's */
  timeZone?: string | undefined
  /** Other glyphs in place of ours, for all components. */
  icons?: Icons | undefined
  /** Where announcements are made and toasts go: a shadow root or an element. @default the document's body */
  portalContainer?: HTMLElement | ShadowRoot | undefined
}

export const UiContext = createContext<UiSettings>({})

export const useUi = (): UiSettings => useContext(UiContext)

export function useFormat(): Format {
  const { locale, labels, timeZone } = useUi()
  return formatOf(locale ?? labels?.locale ?? 'en', timeZone)
}

type SectionName = Exclude<keyof Labels, 'locale'>

/** The words of one component: its own props over the provider's over the English ones. @param defaults the English ones, named by the component, so that an app carries only those it uses */
export function useLabels<Name extends SectionName>(
  name: Name,
  defaults: Labels[Name],
  own?: LabelsOf<Labels[Name]>,
): Labels[Name] {
  const { labels } = useUi()
  return mergeLabels(mergeLabels(defaults, labels?.[name]), own)
}

function mergeLabels<Section extends object>(base: Section, over: unknown): Section {
  if (!isTable(over)) return base
  const entries = Object.entries(over).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined) return []
    const below: unknown = base[key as keyof Section]
    return [[key, isTable(value) && isTable(below) ? { ...below, ...value } : value]]
  })
  return { ...base, ...Object.fromEntries(entries) } as Section
}

const isTable = (value: unknown): value is object => typeof value === 'object' && value !== null
