'use client'
import { useEffect } from 'react'
import { useRealtimeClient } from '../react/context.ts'
import { useLatest } from '../react/use-latest.ts'
import { speakFor } from './connection-voice.ts'
import type { LossLabels } from './labels.ts'
import { useAnnouncer } from './use-announcer.ts'

export function useConnectionVoice(labels: LossLabels, isWanted: boolean): void {
  const client = useRealtimeClient('useConnectionVoice')
  const announcer = useAnnouncer()
  const latest = useLatest(labels)
  useEffect(
    () => (isWanted ? speakFor(client, announcer, () => latest.current) : undefined),
    [client, announcer, latest, isWanted],
  )
}
