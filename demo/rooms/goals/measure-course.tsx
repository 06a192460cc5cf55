// The course of a measure, beside its figures.
import { useQuery } from '@tanstack/react-query'
import { MeasureSparkline } from 'livecache/goals'
import { measured } from '../../page/format.ts'
import { goalsKey } from '../../page/queries.ts'
import { roomQuery } from '../../page/room-query.ts'
import type { Measure } from '../../shared/entities.ts'
import type { Reading } from './entities.ts'

const readingsQuery = (goalId: string, measureId: string) =>
  roomQuery<Reading[]>([...goalsKey, 'readings', measureId], `/feed/${goalId}/readings/${measureId}`)

export function MeasureCourse({ measure }: { measure: Measure }) {
  const { id, goalId, name, unit, start, target } = measure
  const { data = [] } = useQuery(readingsQuery(goalId, id))
  const share = (part: number) => start + part * (target - start)
  return (
    <span className="measure-course">
      <MeasureSparkline
        name={name}
        // One reading is no course.
        readings={data.length > 1 ? data : []}
        thresholds={{ green: share(0.7), amber: share(0.4) }}
        formatValue={(value) => measured(value, unit)}
      />
    </span>
  )
}
