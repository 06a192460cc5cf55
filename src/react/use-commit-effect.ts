import { useEffect, useLayoutEffect } from 'react'

/**
 * An effect of the commit itself, before anything is painted. React 18 warns of those on a server, where none runs; looked up when
 * called, since importing must touch no global.
 */
export const useCommitEffect: typeof useLayoutEffect = (effect, dependencies) =>
  // oxlint-disable-next-line react/hooks, react/exhaustive-deps -- the same one for as long as the page lives; the caller's dependencies
  (typeof document === 'undefined' ? useEffect : useLayoutEffect)(effect, dependencies)
