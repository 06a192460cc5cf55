// What is compared: how events get from a socket to the rows.
import { useQueryClient } from '@tanstack/react-query'
import { Centrifuge } from 'centrifuge'
import { createRealtime, defineEvents, payload, RealtimeProvider, webSocket } from 'livecache'
import { WebSocket as PartySocket } from 'partysocket'
import { type JSX, useEffect, useState } from 'react'
import reactUseWebSocket from 'react-use-websocket'
import { io } from 'socket.io-client'
import { channel, eventType, type Row, type RowEvent } from '../../events/event.ts'
import type { Feed, Setup } from '../setup.ts'
import { ruleOf, type Write, writeOf } from './effects.ts'
import { counters } from './watch.ts'

export interface FeedProps {
  readonly setup: Setup
  readonly onOpen: () => void
  /** An event was parsed; called by `raw` alone. */
  readonly onParsed: (events: number) => void
}

type Take = (event: RowEvent) => void
/** Begins to listen; the page lives as long. */
type Connect = (url: string, take: Take, props: FeedProps) => void

// The package is CommonJS: what a module of ours gets is the whole of it.
const { default: useWebSocket } = reactUseWebSocket

const connects: Readonly<Record<Exclude<Feed, 'livecache' | `react-use-websocket ${string}`>, Connect>> = {
  raw(url, _take, { onOpen, onParsed }) {
    const socket = new WebSocket(url)
    socket.addEventListener('open', onOpen)
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const parsed = JSON.parse(data) as RowEvent | RowEvent[]
      onParsed(Array.isArray(parsed) ? parsed.length : 1)
    })
  },
  'raw-dom'(url, _take, { onOpen }) {
    const texts = new Map([...document.querySelectorAll('span')].map((cell) => [cell.id, cell.firstChild as Text]))
    const socket = new WebSocket(url)
    socket.addEventListener('open', onOpen)
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const row = (JSON.parse(data) as RowEvent).payload
      texts.get(row.id)!.data = String(row.value)
    })
  },
  naive(url, take, { onOpen }) {
    const socket = new WebSocket(url)
    socket.addEventListener('open', onOpen)
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => take(JSON.parse(data) as RowEvent))
  },
  partysocket(url, take, { onOpen }) {
    const socket = new PartySocket(url)
    socket.addEventListener('open', onOpen)
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => take(JSON.parse(data) as RowEvent))
  },
  'socket.io-client'(url, take, { onOpen }) {
    const socket = io(url, { transports: ['websocket'] })
    socket.on('connect', onOpen)
    socket.on(eventType, take)
  },
  centrifuge(url, take, { onOpen }) {
    const centrifuge = new Centrifuge(`${url}centrifuge`)
    const subscription = centrifuge.newSubscription(channel)
    subscription.on('subscribed', onOpen)
    subscription.on('publication', ({ data }: { data: RowEvent }) => take(data))
    subscription.subscribe()
    centrifuge.connect()
  },
}

export function FeedOf(props: FeedProps): JSX.Element {
  const { feed } = props.setup.column
  if (feed === 'livecache') return <LivecacheFeed {...props} />
  if (feed === 'react-use-websocket lastJsonMessage') return <LastMessageFeed {...props} />
  if (feed === 'react-use-websocket onMessage') return <OnMessageFeed {...props} />
  return <SocketFeed {...props} connect={connects[feed]} />
}

function useTake({ effect, topology }: Setup): Take {
  const queryClient = useQueryClient()
  const [write] = useState(() => timed(writeOf(effect, topology)))
  return (event) => write(queryClient, event)
}

function SocketFeed({ connect, ...props }: FeedProps & { connect: Connect }): null {
  const take = useTake(props.setup)
  // oxlint-disable-next-line react/exhaustive-deps -- once, whatever the first render was given
  useEffect(() => connect(props.setup.url, take, props), [])
  return null
}

function LastMessageFeed({ setup, onOpen }: FeedProps): null {
  const take = useTake(setup)
  const { lastJsonMessage } = useWebSocket<RowEvent | null>(setup.url, { onOpen })
  useEffect(() => {
    if (lastJsonMessage !== null) take(lastJsonMessage)
    // oxlint-disable-next-line react/exhaustive-deps -- once for each message
  }, [lastJsonMessage])
  return null
}

function OnMessageFeed({ setup, onOpen }: FeedProps): null {
  const take = useTake(setup)
  useWebSocket(setup.url, {
    onOpen,
    onMessage: ({ data }: MessageEvent<string>) => take(JSON.parse(data) as RowEvent),
  })
  return null
}

function LivecacheFeed({ setup, onOpen }: FeedProps): JSX.Element {
  const [realtime] = useState(() => createLivecache(setup))
  useEffect(() => {
    const timer = setInterval(() => {
      const { name } = realtime.getState()
      const isJoined = realtime.inspect().subscriptions.every(({ status }) => status === 'subscribed')
      if (name !== 'connected' || !isJoined) return
      clearInterval(timer)
      onOpen()
    }, 10)
    return () => clearInterval(timer)
  }, [realtime, onOpen])
  return <RealtimeProvider client={realtime} />
}

function createLivecache({ url, column: { form, acks }, effect, topology }: Setup) {
  let changedFrom = 0
  const rule = ruleOf(effect, topology)
  const realtime = createRealtime({
    transports: [webSocket(url)],
    // Which of them it is would be found out by waiting.
    server: form as 'livecache' | 'plain',
    ...(acks && { acks }),
    events: defineEvents({ [eventType]: payload<Row>() }),
    rules: {
      [eventType](event) {
        changedFrom = performance.now()
        return rule(event)
      },
    },
  })
  realtime.onResync(({ cause }) => {
    if (cause === 'overflow') counters.overflows++
  })
  received.count = () => realtime.inspect().counters.received
  // Told of an event once the rules have changed the cache.
  if (times.changes) realtime.on(eventType, () => counters.changesMs.push(performance.now() - changedFrom))
  return realtime
}

/** Events that have arrived, where one can know: a fetch may make rows right before what is older than it has come. */
export const received = { count: () => Infinity }

/** Whether the time of each change is noted, which costs a little. */
export const times = { changes: false }

function timed(write: Write): Write {
  if (!times.changes) return write
  return (queryClient, event) => {
    const from = performance.now()
    write(queryClient, event)
    counters.changesMs.push(performance.now() - from)
  }
}
