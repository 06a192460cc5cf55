'use client'
import type { QueryKey } from '@tanstack/react-query'
import { type CSSProperties, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import { systemClock } from '../base/clock.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'
import { useCommitEffect } from '../react/use-commit-effect.ts'
import { type HighlightLabels, highlightLabels, type LabelsOf } from './labels.ts'
import { useLabels } from './ui-context.ts'
import { useDataVersion } from './use-data-version.ts'

export interface UseLiveHighlightOptions {
  /** How long it lasts, in ms; at most 5,000, as long as movement may last without a way to stop it. @default 1_600 */
  durationMs?: number
  /** The thing itself has just come, such as a row that an event has added: it is marked from the start. @default false */
  isNew?: boolean
  /** Words in place of the English ones. */
  labels?: LabelsOf<HighlightLabels>
}

/** As `--lc-highlight-time` says. */
const defaultMs = 1_600

export interface LiveHighlight {
  readonly isNew: boolean
  /** For the row or card: `data-lc="highlight"`, and `data-new` while it is new. */
  readonly props: {
    readonly 'data-lc': 'highlight'
    readonly 'data-new'?: 'odd' | 'even'
    /** Only where `durationMs` is not what the styles say. */
    readonly style?: CSSProperties
  }
  /** The same in text: put it into the row. It is seen where movement is unwanted and colours are forced, and heard by who reads the row. */
  readonly mark: ReactNode
}

/**
 * Marks what has just changed, briefly. What is there at first is not new, unless `isNew` says so. Says nothing by itself: a hundred rows that change are
 * no news to who listens. @param changed a version (anything that differs once the thing has changed), or a query key, whose data is watched
 */
export function useLiveHighlight(
  changed: string | number | boolean | null | undefined | QueryKey,
  { durationMs = defaultMs, isNew: isNewcomer = false, labels }: UseLiveHighlightOptions = {},
): LiveHighlight {
  const isKey = Array.isArray(changed)
  const dataVersion = useDataVersion(isKey ? (changed as QueryKey) : null)
  const version = isKey ? dataVersion : changed
  const words = useLabels('highlight', highlightLabels, labels)
  const lastsMs = Math.min(durationMs, 5_000)
  const changes = useBriefly(version, lastsMs, isNewcomer)
  const isNew = changes > 0

  return {
    isNew,
    // Odd and even: a change within the time of the last one begins its movement anew.
    props: {
      'data-lc': 'highlight',
      ...(isNew && { 'data-new': changes % 2 === 1 ? 'odd' : 'even' }),
      ...(isNew && lastsMs !== defaultMs && { style: { '--lc-highlight-time': `${lastsMs}ms` } as CSSProperties }),
    },
    mark: isNew ? (
      <span data-lc="mark" className="lc-mark">
        {words.changed}
      </span>
    ) : null,
  }
}

/** How often the value has changed, until it has been the same for a while; 0 then and at first. */
function useBriefly(value: unknown, durationMs: number, isFirstNew: boolean): number {
  const [changes] = useState(() => createChanges(isFirstNew))
  // Before the paint, so that what is new is marked in the very frame that shows it. Not while rendering: React 18 loses sight of
  // stores that are read in a component which sets a state of its own then.
  useCommitEffect(() => changes.see(value, durationMs), [changes, value, durationMs])
  useEffect(() => changes.leave, [changes])
  return useSyncExternalStore(changes.subscribe, changes.getSnapshot, () => 0)
}

/** @param isFirstNew the first value counts as a change */
function createChanges(isFirstNew: boolean) {
  const listeners = createEmitter<void>(throwLater)
  let last: { value: unknown } | null = null
  let count = 0
  let cancel: Undo | null = null

  function end() {
    cancel?.()
    cancel = null
    if (count === 0) return
    count = 0
    listeners.emit()
  }

  return {
    /** What comes again after it (StrictMode) is the first once more. */
    leave() {
      last = null
      end()
    },
    subscribe: listeners.on,
    getSnapshot: () => count,
    see(value: unknown, durationMs: number) {
      const isChange = last === null ? isFirstNew : !Object.is(last.value, value)
      last = { value }
      if (!isChange) return
      cancel?.()
      const scope = createScope(systemClock)
      scope.timeout(end, durationMs)
      cancel = scope.dispose
      count++
      listeners.emit()
    },
  }
}
