export { renderHookWithRealtime, renderWithRealtime } from './render-with-realtime.tsx'
export type { HookWithRealtime, RenderWithRealtimeOptions, WithRealtime } from './render-with-realtime.tsx'
