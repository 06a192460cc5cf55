export { defaultLabels } from './labels.ts'
export type { Labels } from './labels.ts'
export { RealtimeIndicator } from './realtime-indicator.tsx'
export type { RealtimeIndicatorProps } from './realtime-indicator.tsx'
