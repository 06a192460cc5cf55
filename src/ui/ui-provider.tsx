'use client'
import { type JSX, type ReactNode, useMemo } from 'react'
import { UiContext, type UiSettings, useUi } from './ui-context.ts'

export interface RealtimeUiProviderProps extends UiSettings {
  /** The components it holds for. */
  children?: ReactNode
}

/** Words, language, looks and parts for all components below it. None of them needs it; the nearest one wins, setting by setting. */
export function RealtimeUiProvider({ children, ...settings }: RealtimeUiProviderProps): JSX.Element {
  const outer = useUi()
  const { labels, locale, timeZone, portalContainer, icons, unstyled, parts } = settings
  const value = useMemo(
    () => ({
      labels: labels ?? outer.labels,
      locale: locale ?? outer.locale,
      timeZone: timeZone ?? outer.timeZone,
      portalContainer: portalContainer ?? outer.portalContainer,
      icons: icons ?? outer.icons,
      unstyled: unstyled ?? outer.unstyled,
      parts: parts ?? outer.parts,
    }),
    [outer, labels, locale, timeZone, portalContainer, icons, unstyled, parts],
  )
  return <UiContext.Provider value={value}>{children}</UiContext.Provider>
}
