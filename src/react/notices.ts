// What is told once, in development, of a provider that is given another client again and again.
import { inDevelopment, notice } from '../base/notice.ts'

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
