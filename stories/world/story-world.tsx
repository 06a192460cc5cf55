// Puts stories into their worlds: made before a story is drawn, kept while it is drawn again, ended when it is left.
import { QueryClientProvider, useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { Decorator, Loader } from '@storybook/react-vite'
import { RealtimeProvider } from 'livecache/react'
import { createWorld, type World, type WorldOptions } from './create-world.ts'
import { ServerConsole } from './server-console.tsx'
import { type Goal, goalsKey } from './workspace.ts'

interface Place {
  storyId: string
  world: World
}

/** By the element a story is drawn into: a docs page has several at once, and one of them may be there twice. */
const places = new Map<HTMLElement, Place>()

/** `context.loaded.world` */
export const loadWorld: Loader = ({ id, canvasElement, parameters }) => {
  const options = (parameters as { world?: WorldOptions | false }).world
  const known = places.get(canvasElement)
  // Drawn again, because an arg or a switch of the toolbar changed.
  if (known?.storyId === id) return { world: known.world }
  known?.world.dispose()
  places.delete(canvasElement)
  if (options === false) return {}
  const world = createWorld(options)
  places.set(canvasElement, { storyId: id, world })
  return { world }
}

/** The undo is called when the story is left. */
export const disposeWorld = ({ canvasElement }: { canvasElement: HTMLElement }) => {
  const world = places.get(canvasElement)?.world
  return () => {
    world?.dispose()
    if (places.get(canvasElement)?.world === world) places.delete(canvasElement)
  }
}

/** The providers around the story, and the server's console below it. */
export const withWorld: Decorator = (Story, { loaded }) => {
  const { world } = loaded as { world?: World }
  if (world === undefined) return <Story />
  return (
    <QueryClientProvider client={world.queryClient}>
      <RealtimeProvider client={world.client}>
        <Story />
        <ServerConsole world={world} />
      </RealtimeProvider>
    </QueryClientProvider>
  )
}

/** The world of the story that a play function or a `beforeEach` belongs to. */
export function worldOf({ loaded }: { loaded: Record<string, unknown> }): World {
  const { world } = loaded as { world?: World }
  if (world === undefined) throw new Error('This story has no world: its `parameters.world` is false.')
  return world
}

/** The goals of the workspace, patched by its events. */
export const useGoals = (): UseQueryResult<Goal[]> => useQuery<Goal[]>({ queryKey: goalsKey })
