'use client'
import type { QueryKey } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { systemClock } from '../base/clock.ts'
import { createScope } from '../base/scope.ts'
import { type HighlightLabels, highlightLabels, type LabelsOf } from './labels.ts'
import { useLabels } from './ui-context.ts'
import { useDataVersion } from './use-data-version.ts'

export interface UseLiveHighlightOptions {
  /** How long it lasts, in ms; at most 5,000, as long as movement may last without a way to stop it. @default 1_600 */
  durationMs?: number
  labels?: LabelsOf<HighlightLabels>
}

export interface LiveHighlight {
  readonly isNew: boolean
  /** For the row or card: `data-lc="highlight"`, and `data-new` while it is new. */
  readonly props: { readonly 'data-lc': 'highlight'; readonly 'data-new'?: 'odd' | 'even' }
  /** The same in text: put it into the row. It is seen where movement is unwanted and colours are forced, and heard by who reads the row. */
  readonly mark: ReactNode
}

/**
 * Marks what has just changed, briefly. What is there at first is not new. Says nothing by itself: a hundred rows that change are
 * no news to who listens. @param changed a version (anything that differs once the thing has changed), or a query key, whose data is watched
 */
export function useLiveHighlight(
  changed: string | number | boolean | null | undefined | QueryKey,
  { durationMs = 1_600, labels }: UseLiveHighlightOptions = {},
): LiveHighlight {
  const isKey = Array.isArray(changed)
  const dataVersion = useDataVersion(isKey ? (changed as QueryKey) : null)
  const version = isKey ? dataVersion : changed
  const words = useLabels('highlight', highlightLabels, labels)
  const [last, setLast] = useState({ version, changes: 0 })
  // While rendering, so that what is new is marked in the very frame that shows it.
  if (last.version !== version) setLast({ version, changes: last.changes + 1 })
  const isNew = useBriefly(last.changes, Math.min(durationMs, 5_000))

  return {
    isNew,
    // Odd and even: a change within the time of the last one begins its movement anew.
    props: { 'data-lc': 'highlight', ...(isNew && { 'data-new': last.changes % 2 === 1 ? 'odd' : 'even' }) },
    mark: isNew ? (
      <span data-lc="mark" className="lc-mark">
        {words.changed}
      </span>
    ) : null,
  }
}

/** True for a while after each change of the count; not for the first. */
function useBriefly(count: number, durationMs: number): boolean {
  const [over, setOver] = useState(count)
  useEffect(() => {
    if (count === over) return undefined
    const scope = createScope(systemClock)
    scope.timeout(() => setOver(count), durationMs)
    return scope.dispose
  }, [count, over, durationMs])
  return count !== over
}
