// Green, amber or red: where a value stands between the thresholds of its measure.
import type { Zone } from './entities.ts'

export interface Thresholds {
  /** From here on it is green. */
  readonly green: number
  /** From here to there it is amber, before it red. Below `green`: more is better; above it: less is. */
  readonly amber: number
}

/** Green, amber or red: where `value` stands. Equal to a threshold counts as reached. */
export function zoneOf(value: number, { green, amber }: Thresholds): Zone {
  const isMoreBetter = green >= amber
  const reaches = (threshold: number) => (isMoreBetter ? value >= threshold : value <= threshold)
  return reaches(green) ? 'green' : reaches(amber) ? 'amber' : 'red'
}
