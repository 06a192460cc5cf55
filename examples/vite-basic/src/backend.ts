// A backend in the page, so that the example needs nothing else: an API that answers late, and a server that has something happen every second.
import { demoTransport } from 'livecache/hub'

export interface Order {
  id: number
  customer: string
  status: 'new' | 'paid'
  version: number
}

const customers = ['Ada Obi', 'Tunde Bello', 'Ines Faro', 'Mei Tan']
const orders: Order[] = []

export async function fetchOrders(): Promise<Order[]> {
  await new Promise((resolve) => setTimeout(resolve, 300))
  return structuredClone(orders)
}

export const transport = demoTransport({
  every: 1_000,
  events(tick) {
    const open = orders.find(({ status }) => status === 'new')
    if (tick % 2 === 0 && open !== undefined) {
      Object.assign(open, { status: 'paid', version: open.version + 1 })
      return { type: 'order.paid', payload: structuredClone(open) }
    }
    const order: Order = {
      id: orders.length + 1,
      customer: customers[tick % customers.length],
      status: 'new',
      version: 1,
    }
    orders.push(order)
    return { type: 'order.placed', payload: structuredClone(order) }
  },
})
