'use client'
import { useEffect } from 'react'
import { useRealtimeClient } from '../react/context.ts'
import { useLatest } from '../react/use-latest.ts'
import { speakFor } from './connection-voice.ts'
import type { LossLabels } from './labels.ts'
import { useAnnouncer } from './use-announcer.ts'

/** @param by what has it spoken; null: it is not wanted */
export function useConnectionVoice(labels: LossLabels, by: 'indicator' | 'banner' | null): void {
  const client = useRealtimeClient('useConnectionVoice')
  const announcer = useAnnouncer()
  const latest = useLatest(labels)
  useEffect(
    () => (by === null ? undefined : speakFor(client, announcer, () => latest.current, by === 'banner')),
    [client, announcer, latest, by],
  )
}
