// The frame of a docs page, in the scheme of the toolbar, so that it can be read in the dark too.
import { DocsContainer, type DocsContainerProps } from '@storybook/addon-docs/blocks'
import { type JSX, type PropsWithChildren, useEffect, useState, useSyncExternalStore } from 'react'
import { addons } from 'storybook/preview-api'
import { themes } from 'storybook/theming'

const dark = () => matchMedia('(prefers-color-scheme: dark)')

function followSystem(listener: () => void) {
  const query = dark()
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export function DocsPages(props: PropsWithChildren<DocsContainerProps>): JSX.Element {
  const isSystemDark = useSyncExternalStore(followSystem, () => dark().matches)
  const scheme = useScheme()
  const isDark = scheme === 'dark' || (scheme !== 'light' && isSystemDark)
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? 'dark' : 'light'
  }, [isDark])
  return <DocsContainer {...props} theme={isDark ? themes.dark : themes.light} />
}

interface GlobalsMessage {
  globals: { scheme?: string }
}

/** What the toolbar says. */
function useScheme(): string {
  const channel = addons.getChannel()
  const [scheme, setScheme] = useState(() => {
    const [last] = (channel.last('globalsUpdated') ?? channel.last('setGlobals') ?? []) as GlobalsMessage[]
    return last?.globals.scheme ?? 'system'
  })
  useEffect(() => {
    const listen = ({ globals }: GlobalsMessage) => setScheme(globals.scheme ?? 'system')
    channel.on('globalsUpdated', listen)
    return () => channel.off('globalsUpdated', listen)
  }, [channel])
  return scheme
}
