// What is compared on the page.
import type { Column } from './setup.ts'

/** Events in one message, as our gateway may send them. */
const packed = 64

const peer = (feed: Column['feed'], form: Column['form'] = 'plain', name: string = feed, perMessage = 1): Column => ({
  name,
  feed,
  form,
  perMessage,
})

export const raw = peer('raw')
export const rawPacked = peer('raw', 'plain', 'raw, 64 events a message', packed)
export const rawDom = peer('raw-dom')
export const naive = peer('naive')
export const centrifuge = peer('centrifuge', 'centrifuge')
export const peers: readonly Column[] = [
  peer('react-use-websocket lastJsonMessage'),
  peer('react-use-websocket onMessage'),
  peer('partysocket'),
  peer('socket.io-client', 'socket.io'),
  centrifuge,
  // What its server puts together at most, unless it is told otherwise.
  peer('centrifuge', 'centrifuge', 'centrifuge, 16 events a message', 16),
]

const livecache = (name: string, rest: Partial<Column> = {}): Column => ({
  name: `livecache, ${name}`,
  feed: 'livecache',
  form: 'livecache',
  perMessage: 1,
  ...rest,
})

export const plainServer = livecache('plain server', { form: 'plain' })
export const plainServerAcksOff = livecache('plain server, acks off', { form: 'plain', acks: 'off' })
export const ownServer = livecache('livecache server')
export const ownServerSameFrame = livecache('livecache server, same frame', { sameFrame: true })
export const ownPacked = livecache('packed frames', { perMessage: packed })
export const ownPackedSameFrame = livecache('packed frames, same frame', { perMessage: packed, sameFrame: true })
