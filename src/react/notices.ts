// What is told once, in development, of a provider that is given another client again and again, or other options than it can take up.
import { inDevelopment, notice } from '../base/notice.ts'
import type { RealtimeOptions } from '../query/create-realtime.ts'

/** So many clients for one provider within so long, in ms: nobody signs in and out as fast, and nobody changes servers so. */
const [manyClients, withinMs] = [3, 10_000]

const boundAt = new WeakMap<object, { client: object; queryClient: object; at: number }[]>()

/** @param provider anything that is the same for as long as the provider lives */
export function noteBinding(provider: object, client: object, queryClient: object): void {
  inDevelopment(() => {
    const at = Date.now()
    const before = (boundAt.get(provider) ?? []).filter((binding) => at - binding.at < withinMs)
    const last = before.at(-1)
    // StrictMode runs the effects of a mount twice.
    if (last?.client === client && last.queryClient === queryClient) return
    const bindings = [...before, { client, queryClient, at }]
    boundAt.set(provider, bindings)
    if (bindings.length < manyClients) return
    const isClient = last?.client !== client
    notice(
      isClient
        ? '<RealtimeProvider> was given another client with each of its last renders, so the link is closed and opened again each time. Create it once, outside of any component: const realtime = createRealtime({ … }). With options instead of a client, see that `url` is the same text in each render. (livecache/docs/troubleshooting.md#made-anew)'
        : '<RealtimeProvider> was given another QueryClient with each of its last renders, so nothing stays in the cache. Create it once, outside of any component: const queryClient = new QueryClient(). (livecache/docs/troubleshooting.md#made-anew)',
    )
  })
}

/** @param client what was made of them */
export function noteClientOptions(client: object, options: RealtimeOptions): void {
  inDevelopment(() => {
    const { streams: _streams, fallbackMs: _fallbackMs, ...rest } = options
    noteIgnored(client, rest)
  })
}

/** @param binding what was made of them */
export function noteCacheOptions(binding: object, options: RealtimeOptions): void {
  inDevelopment(() => {
    const { streams, fallbackMs } = options
    noteIgnored(binding, { streams, fallbackMs })
  })
}

/** Always the newest, or what only tests give, as objects that change. Another address, server or place of the token makes another client. */
const neverIgnored = new Set<string>([
  'rules',
  'onError',
  'onRevoked',
  'clock',
  'page',
  'storage',
] satisfies (keyof RealtimeOptions)[])

/** What the options said of which something was made. */
const said = new WeakMap<object, ReadonlyMap<string, string>>()

function noteIgnored(made: object, options: Readonly<Record<string, unknown>>) {
  const says = new Map(
    Object.entries(options)
      .filter(([name, value]) => value !== undefined && !neverIgnored.has(name))
      .map(([name, value]) => [name, textOf(name, value)]),
  )
  const before = said.get(made) ?? says
  said.set(made, before)
  for (const name of new Set([...before.keys(), ...says.keys()])) {
    if (before.get(name) === says.get(name)) continue
    notice(
      `<RealtimeProvider> was given another \`${name}\` than before, which is ignored: it is read once. Give it once, outside of any component; or give the provider a \`key\` that changes with it, which mounts all below it anew. (livecache/docs/troubleshooting.md#read-once)`,
    )
  }
}

/** What an option says: inline objects and functions are others with each render, and say the same. */
function textOf(name: string, value: unknown): string {
  if (name === 'transports') {
    const transports = value as NonNullable<RealtimeOptions['transports']>
    return JSON.stringify(transports.map((transport) => [transport.name, transport.address]))
  }
  if (name === 'events') return Object.keys(value as object).join()
  if (typeof value === 'function') return 'a function'
  return JSON.stringify(value)
}
