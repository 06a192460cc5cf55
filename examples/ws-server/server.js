// A plain server: an API and a socket on one port. It knows nothing of livecache; all it does is send JSON.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'

const prices = [
  { id: 'gold', price: 2_400, version: 1 },
  { id: 'silver', price: 30, version: 1 },
]

const http = createServer((request, response) => {
  if (request.url === '/api/prices') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(prices))
  } else response.writeHead(404).end()
})

// A client that does not know which kind of server this is offers a protocol, and `ws` would accept whatever is offered.
const sockets = new WebSocketServer({ server: http, path: '/socket', handleProtocols: () => false })

function send(event) {
  const text = JSON.stringify({ eventId: randomUUID(), timestamp: new Date().toISOString(), ...event })
  for (const socket of sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.send(text)
}

setInterval(() => {
  const moved = prices[Math.floor(Math.random() * prices.length)]
  moved.price = Math.round(moved.price * (100 + Math.random() - 0.5)) / 100
  moved.version += 1
  send({ type: 'price.moved', payload: moved })
}, 1_000)

// Silence looks like a dead link to a client that was ever pinged; and proxies end what is silent.
setInterval(() => send({ type: 'ping' }), 25_000)

http.listen(process.env.PORT ?? 4000, '127.0.0.1', () => {
  console.log(`prices at http://127.0.0.1:${http.address().port}/api/prices`)
})
