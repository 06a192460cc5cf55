// What surrounds a goal, on the domain pack: its events and rules as they ship, over keys of this app.
import { patch, type Rules, upsert } from 'livecache'
import { createGoalKeys, goalCacheRules, goalEvents } from 'livecache/goals'
import { goalsKey } from '../../page/queries.ts'
import { maxReadings, type Reading } from './entities.ts'

export const keys = createGoalKeys(goalsKey)
const packRules = goalCacheRules({ keys })

const events = {
  'goal.activity.created': goalEvents['goal.activity.created'],
  'decision.created': goalEvents['decision.created'],
  'measure.reading.created': goalEvents['measure.reading.created'],
}

const byTime = (a: Reading, b: Reading) => Date.parse(a.at) - Date.parse(b.at)

const rules: Rules<typeof events> = {
  'goal.activity.created': packRules['goal.activity.created']!,
  'decision.created': packRules['decision.created']!,
  // The measure itself comes with an event of its own here, so only its course is told by this one.
  'measure.reading.created': ({ payload: { measureId, reading } }) => [
    upsert(keys.readings(measureId), reading as Reading, { where: () => true, sort: byTime, confirm: false }),
    // The server keeps so many, and so does the cache.
    patch<Reading[]>(keys.readings(measureId), (readings) => readings.slice(-maxReadings), { confirm: false }),
  ],
}

export const goalRoomRealtime = { events, rules }
