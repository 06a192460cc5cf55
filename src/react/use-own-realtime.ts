// A client made from the provider's props, and made anew when what it dials changes.
import { useState } from 'react'
import { createClient } from '../client/create-client.ts'
import { joinCache, type Realtime, type RealtimeOptions } from '../query/create-realtime.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { operationsOf, type RuleResult, type Rules } from '../query/rules.ts'
import { noteCacheOptions, noteClientOptions } from './notices.ts'
import { useLatest } from './use-latest.ts'

export function useOwnRealtime(options: RealtimeOptions): Realtime {
  const latest = useLatest(options)
  const dialled = JSON.stringify([options.url, options.server, options.auth, options.getToken !== undefined])
  const [own, setOwn] = useState(() => ({ dialled, client: createOwnClient(options, latest) }))
  // While rendering, so that no child ever sees the client of another address.
  if (own.dialled !== dialled) setOwn({ dialled, client: createOwnClient(options, latest) })
  else noteClientOptions(own.client, options)

  const ruleNames = JSON.stringify(Object.keys(options.rules ?? {}))
  const [realtime, setRealtime] = useState(() => bindable(own.client, ruleNames, options, latest))
  if (realtime.client !== own.client || realtime.ruleNames !== ruleNames)
    setRealtime(bindable(own.client, ruleNames, options, latest))
  else noteCacheOptions(realtime.realtime, options)
  return realtime.realtime
}

type Latest = Readonly<{ current: RealtimeOptions }>
type OwnClient = ReturnType<typeof createClient>

function createOwnClient(options: RealtimeOptions, latest: Latest): OwnClient {
  const {
    rules: _rules,
    streams: _streams,
    fallbackMs: _fallbackMs,
    onRevoked: _onRevoked,
    getToken,
    onDiagnostic,
    ...rest
  } = options
  return createClient({
    ...rest,
    ...(getToken && { getToken: (request) => latest.current.getToken?.(request) ?? null }),
    ...(onDiagnostic && { onDiagnostic: (diagnostic) => latest.current.onDiagnostic?.(diagnostic) }),
    onError: (error) => (latest.current.onError ?? console.error)(error),
  })
}

/** The client with a binding whose rules are looked up in the newest props when they run. */
function bindable(
  client: OwnClient,
  ruleNames: string,
  { streams, fallbackMs }: RealtimeOptions,
  latest: Latest,
): { client: OwnClient; ruleNames: string; realtime: Realtime } {
  const names = JSON.parse(ruleNames) as string[]
  const rules: Rules = Object.fromEntries(
    names.map((name) => [name, (event: RealtimeEvent) => runLatest(latest.current.rules?.[name], event)]),
  )
  const realtime = joinCache(client, () => ({
    rules,
    streams,
    fallbackMs,
    onRevoked: (queryKeys) => latest.current.onRevoked?.(queryKeys),
    onError: (error) => (latest.current.onError ?? console.error)(error),
  }))
  return { client, ruleNames, realtime }
}

function runLatest(row: Rules[string], event: RealtimeEvent): RuleResult {
  const several = typeof row === 'function' ? [row] : (row ?? [])
  return several.flatMap((rule) => operationsOf(rule(event)))
}
