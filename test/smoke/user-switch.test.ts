// @vitest-environment jsdom
// Between the commit of another identity and the effects of that commit, the page may read a message.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, it } from 'vitest'
import { createRealtime } from '../../src/query/index.ts'
import { RealtimeProvider, useRealtimeEvent } from '../../src/react/index.ts'
import { eventOf } from '../client/fixture.ts'
import { scriptedTransport } from '../client/scripted-transport.ts'

const soon = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms))

it('an event of the old user does not reach what was rendered for the new one', async () => {
  const transport = scriptedTransport()
  const realtime = createRealtime({ transports: [transport], storage: null, server: 'livecache' })
  const heardAs: string[] = []
  let arrive = () => {}
  function Screen({ user }: { user: string }) {
    useRealtimeEvent('goal.renamed' as never, () => void heardAs.push(user))
    // A message that was waiting to be read when the commit ended.
    useLayoutEffect(() => void (user === 'bo' && queueMicrotask(arrive)), [user])
    return null
  }
  const queryClient = new QueryClient()
  const tree = (user: string) =>
    createElement(
      QueryClientProvider,
      { client: queryClient },
      createElement(RealtimeProvider, { client: realtime, identity: user } as never, createElement(Screen, { user })),
    )
  const root = createRoot(document.createElement('div'))
  root.render(tree('ada'))
  await soon()
  transport.last.welcome({})
  transport.last.say({ type: 'subscribed', ref: 's1', streams: { t: { epoch: 'e1', seq: 0 } } })
  transport.last.settle()
  const adas = transport.last
  arrive = () => adas.say(eventOf('t', 1))
  root.render(tree('bo'))
  await soon()
  root.unmount()
  realtime.dispose()
  expect(heardAs).toEqual([])
})
