import type { Health } from '../../shared/entities.ts'
import { Icon } from './icons.tsx'

export const healthWords: Readonly<Record<Health, string>> = {
  'on-track': 'On track',
  'at-risk': 'At risk',
  'off-track': 'Off track',
  completed: 'Completed',
}

export function HealthLabel({ health }: { health: Health }) {
  return (
    <span className="health" data-health={health}>
      <Icon name={health} />
      <span>{healthWords[health]}</span>
    </span>
  )
}
