// Testing Library's render with an app around what is tested: a QueryClient, a provider, and a server in the same process. Time moves inside
// React's act, so that no test needs one.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  act,
  render,
  renderHook,
  type RenderHookOptions,
  type RenderHookResult,
  type RenderOptions,
  type RenderResult,
} from '@testing-library/react'
import { type JSX, type JSXElementConstructor, type ReactNode, useEffect } from 'react'
import { RealtimeError } from '../../base/errors.ts'
import type { EventTable } from '../../protocol/define-events.ts'
import { RealtimeProvider } from '../../react/realtime-provider.tsx'
import { createTestRealtime, type TestRealtime, type TestRealtimeOptions } from '../create-test-realtime.ts'
import { lendToThePage, timelineOf } from '../test-clock.ts'

export interface RenderWithRealtimeOptions<Events extends EventTable = EventTable> extends TestRealtimeOptions<Events> {
  /** A client and a server that there are already. The other options of the client then say nothing. @default made of the other options */
  testRealtime?: TestRealtime<Events>
  /** @default a new one that does not retry, holds nothing for stale and forgets nothing */
  queryClient?: QueryClient
  /** Who is signed in, as the provider takes it. */
  identity?: string | number | null
  /** The feature flag, as the provider takes it. @default true */
  enabled?: boolean
  /** More providers: they stand inside these. */
  wrapper?: JSXElementConstructor<{ children: ReactNode }>
  /** Testing Library's own, such as `reactStrictMode`, `container`, `hydrate`. */
  renderOptions?: Omit<RenderOptions, 'wrapper' | 'queries'>
}

/** What every render of the kit returns besides Testing Library's own. */
export interface WithRealtime<Events extends EventTable = EventTable> extends TestRealtime<Events> {
  readonly queryClient: QueryClient
}

/**
 * Renders inside `QueryClientProvider` and `RealtimeProvider`. Nothing connects before the clock moves: `await settle()`.
 * Of Testing Library 16 and later; in React 18.3 and 19. Throws `missing-peer` where there is no document.
 */
export function renderWithRealtime<const Events extends EventTable = EventTable>(
  ui: ReactNode,
  options: RenderWithRealtimeOptions<Events> = {},
): RenderResult & WithRealtime<Events> {
  const { kit, Wrapper, renderOptions } = surroundingsOf(options)
  const given: RenderOptions = { ...renderOptions, wrapper: Wrapper }
  const rendered: RenderResult = render(ui, given)
  return { ...rendered, ...kit }
}

/** What `renderHook` gives, and the client and server around it. */
export type HookWithRealtime<Result, Props, Events extends EventTable = EventTable> = RenderHookResult<Result, Props> &
  WithRealtime<Events>

/** The same for a hook. @param options `initialProps`: what the hook is first called with */
export function renderHookWithRealtime<Result, Props = undefined, const Events extends EventTable = EventTable>(
  hook: (props: Props) => Result,
  options: RenderWithRealtimeOptions<Events> & { initialProps?: Props } = {},
): HookWithRealtime<Result, Props, Events> {
  const { initialProps, ...rest } = options
  const { kit, Wrapper, renderOptions } = surroundingsOf<Events>(rest)
  const given = { ...renderOptions, wrapper: Wrapper, ...('initialProps' in options && { initialProps }) }
  return { ...renderHook(hook, given as RenderHookOptions<Props>), ...kit }
}

function surroundingsOf<Events extends EventTable>(options: RenderWithRealtimeOptions<Events>) {
  const {
    testRealtime,
    queryClient = newQueryClient(),
    identity,
    enabled,
    wrapper: Inner,
    renderOptions,
    ...rest
  } = options
  if (typeof document === 'undefined') {
    throw new RealtimeError(
      'missing-peer',
      'The test renders where there is no document, so there is nothing to render into. Install jsdom, and ask for it: `// @vitest-environment jsdom` or `@jest-environment jsdom` at the top of the file, or `environment` in the configuration.',
    )
  }
  const test = testRealtime ?? createTestRealtime<Events>(rest)
  timelineOf(test.clock).runsInside((run) => act(run))

  function Wrapper({ children }: { children: ReactNode }): JSX.Element {
    // Given back with the page, so also by Testing Library's cleanup: what comes next in the file may go by another time.
    useEffect(() => lendToThePage(test.realtime, test.clock), [])
    return (
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider client={test.realtime} identity={identity} enabled={enabled}>
          {Inner === undefined ? children : <Inner>{children}</Inner>}
        </RealtimeProvider>
      </QueryClientProvider>
    )
  }
  return { kit: { ...test, queryClient }, Wrapper, renderOptions }
}

/** No timer of its own may outlive a test, and nothing is fetched that the test does not cause. */
function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: Infinity, gcTime: Infinity },
      mutations: { retry: false, gcTime: Infinity },
    },
  })
}
