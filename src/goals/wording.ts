// Every word of the domain: what feeds, widgets and toasts say. Another language is an object of the same shape.
import type { Format } from '../ui/format.ts'
import type { Zone } from './entities.ts'

export interface GoalLabels {
  readonly feed: string
  readonly pause: string
  /** On the pill, and said. */
  readonly newActivities: (count: number, format: Format) => string
  readonly isNew: string
  readonly gap: string
  readonly older: string
  readonly loadingOlder: string
  readonly end: string
  readonly loading: string
  readonly empty: string
  readonly failed: string
  readonly retry: string
  /** Somebody did something; `actor` is undefined where nobody is named. */
  readonly by: (actor: string) => string
  readonly zone: Readonly<Record<Zone, string>>
  readonly sparkline: (name: string, latest: string, lowest: string, highest: string) => string
  readonly toast: {
    readonly created: (goal: string) => string
    readonly completed: (goal: string) => string
    readonly priority: (action: string) => string
    readonly issue: (issue: string) => string
    readonly red: (measure: string, value: string) => string
    readonly notice: (message: string) => string
  }
}

/** The words of this pack, in English. */
export const goalLabels: GoalLabels = {
  feed: 'Activity',
  pause: 'Pause',
  newActivities: (count, format) => format.plural(count, { one: '# new activity', other: '# new activities' }),
  isNew: 'New',
  gap: 'The connection was lost here. What happened meanwhile was fetched.',
  older: 'Show older',
  loadingOlder: 'Loading older…',
  end: 'That is all there is.',
  loading: 'Loading the activity…',
  empty: 'Nothing has happened yet. What anybody does for this goal appears here.',
  failed: 'The activity could not be loaded.',
  retry: 'Try again',
  by: (actor) => actor,
  zone: { green: 'On target', amber: 'Close to target', red: 'Off target' },
  sparkline: (name, latest, lowest, highest) => `${name}: latest ${latest}, lowest ${lowest}, highest ${highest}`,
  toast: {
    created: (goal) => `New goal: ${goal}`,
    completed: (goal) => `Goal completed: ${goal}`,
    priority: (action) => `High priority: ${action}`,
    issue: (issue) => `Critical issue: ${issue}`,
    red: (measure, value) => `${measure} is off target at ${value}`,
    notice: (message) => message,
  },
}
