export { webSocket } from './websocket.ts'
export type { WebSocketOptions } from './websocket.ts'
export type * from './transport.ts'
