// What can happen, and what each of it does to the cache.
import { createRealtime, defineEvents, payload, upsert } from 'livecache'
import { type Order, transport } from './backend'

const events = defineEvents({ 'order.placed': payload<Order>(), 'order.paid': payload<Order>() })

export const realtime = createRealtime({
  transports: [transport], // with a server of your own: url: 'wss://…'
  events,
  rules: {
    'order.*': ({ payload: order }) =>
      upsert<Order>(['orders'], order, { where: () => true, at: 'start', version: ({ version }) => version }),
  },
})

declare module 'livecache' {
  interface Register {
    events: typeof events
  }
}
