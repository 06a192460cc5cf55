'use client'
import { useEffect, useMemo } from 'react'
import { type Announcer, announcerFor, type SayOptions } from './announcer.ts'
import { useUi } from './ui-context.ts'

/** Says something to assistive technology; what is on screen already needs no more. Its regions are in the page as long as somebody uses it. */
export function useAnnouncer(): Pick<Announcer, 'say'> {
  const { portalContainer } = useUi()
  useEffect(() => announcerFor(portalContainer).retain(), [portalContainer])
  return useMemo(
    // Looked up when used: on a server there is no page.
    () => ({ say: (text: string, options?: SayOptions) => announcerFor(portalContainer).say(text, options) }),
    [portalContainer],
  )
}
