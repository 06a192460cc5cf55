// Rows that hold still while somebody points at them: what comes meanwhile is counted, and comes in when the pointer leaves. Rows that
// are there go on changing.
import { type PointerEvent, useState } from 'react'
import type { Transaction } from './entities.ts'

export function useHeldRows(all: readonly Transaction[]) {
  /** When the newest row was created that was there as it began; null while nothing is held. */
  const [since, setSince] = useState<string | null>(null)
  const rows = since === null ? all : all.filter(({ createdAt }) => createdAt <= since)
  return {
    rows,
    waiting: all.length - rows.length,
    holding: {
      onPointerEnter({ pointerType }: PointerEvent) {
        // A finger does not rest on a list, and never leaves it.
        if (pointerType === 'mouse') setSince(all[0]?.createdAt ?? null)
      },
      onPointerLeave: () => setSince(null),
    },
  }
}
