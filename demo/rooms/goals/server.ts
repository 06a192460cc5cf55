// What surrounds a goal: its feed, its decisions, and the course of its measures. The goals themselves are server/store.ts; each
// change of theirs leaves an entry here.
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Origin } from '../../server/api.ts'
import { notFound } from '../../server/api-error.ts'
import { textOf } from '../../server/body.ts'
import type { Room, RoomContext } from '../../server/room.ts'
import type { Change } from '../../server/store.ts'
import { personOf } from '../../server/team.ts'
import { entryOf } from './entry-of.ts'
import { type Decision, type Entry, type EntryPage, maxReadings, type Reading } from './entities.ts'

const pageSize = 20
/** Per goal. What is older leaves the database; nobody scrolls that far. */
const maxEntries = 400

const streamOf = (goalId: string) => `goal:${goalId}`

export interface GoalRoom extends Room {
  /** Leaves an entry for a change of a goal, and tells of it. */
  follow(change: Change, origin: Origin): void
}

export function createGoalRoom({ database, publish }: RoomContext): GoalRoom {
  createTables(database)

  function addEntry(goalId: string, by: string, kind: string, text: string, origin: Origin): Entry {
    const entry: Entry = {
      id: randomUUID(),
      goalId,
      kind,
      text,
      actor: personOf(by),
      createdAt: new Date().toISOString(),
    }
    database
      .prepare('INSERT INTO feed_entries (id, goalId, kind, text, actorId, createdAt) VALUES (?, ?, ?, ?, ?, ?)')
      .run(entry.id, goalId, kind, text, by, entry.createdAt)
    database
      .prepare(
        'DELETE FROM feed_entries WHERE goalId = ? AND rowid NOT IN (SELECT rowid FROM feed_entries WHERE goalId = ? ORDER BY rowid DESC LIMIT ?)',
      )
      .run(goalId, goalId, maxEntries)
    const entity = { type: 'activity', id: entry.id }
    publish({
      type: 'goal.activity.created',
      stream: streamOf(goalId),
      payload: { goalId, activity: entry },
      entity,
      origin,
    })
    return entry
  }

  function addReading({ measure, goal }: Extract<Change, { type: 'measure.updated' }>['payload'], origin: Origin) {
    const reading: Reading = { id: randomUUID(), measureId: measure.id, value: measure.value, at: measure.updatedAt }
    database
      .prepare('INSERT INTO feed_readings (id, measureId, value, at) VALUES (?, ?, ?, ?)')
      .run(reading.id, reading.measureId, reading.value, reading.at)
    database
      .prepare(
        'DELETE FROM feed_readings WHERE measureId = ? AND rowid NOT IN (SELECT rowid FROM feed_readings WHERE measureId = ? ORDER BY rowid DESC LIMIT ?)',
      )
      .run(measure.id, measure.id, maxReadings)
    publish({
      type: 'measure.reading.created',
      stream: streamOf(goal.id),
      payload: { goalId: goal.id, measureId: measure.id, name: measure.name, reading },
      entity: { type: 'reading', id: reading.id },
      origin,
    })
  }

  function page(goalId: string, cursor: string | null, limit: number): EntryPage {
    const before = cursor === null ? Number.MAX_SAFE_INTEGER : rowOf(database, cursor)
    const rows = database
      .prepare('SELECT * FROM feed_entries WHERE goalId = ? AND rowid < ? ORDER BY rowid DESC LIMIT ?')
      .all(goalId, before, limit + 1) as unknown as (Omit<Entry, 'actor'> & { actorId: string })[]
    const items = rows.slice(0, limit).map(({ actorId, ...row }) => ({ ...row, actor: personOf(actorId) }))
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null }
  }

  return {
    streams: () => [],
    happen: () => {},
    follow(change, origin) {
      if (change.type === 'goal.deleted') {
        for (const table of ['feed_entries', 'feed_decisions'])
          database.prepare(`DELETE FROM ${table} WHERE goalId = ?`).run(change.payload.goalId)
        return
      }
      if (change.type === 'measure.updated') addReading(change.payload, origin)
      addEntry(change.payload.goal.id, change.payload.by.id, change.type, entryOf(change), origin)
    },
    routes: {
      'GET /feed/:goalId': ({ params, query }) =>
        page(params['goalId']!, query.get('cursor'), Math.min(maxEntries, Number(query.get('limit') ?? pageSize))),
      'POST /feed/:goalId': ({ params, body, by, origin }) => ({
        goalId: params['goalId']!,
        activity: addEntry(params['goalId']!, by, 'note.created', textOf(body, 'text', 240), origin),
      }),
      'GET /feed/:goalId/decisions': ({ params }) => decisionsOf(database, params['goalId']!),
      'POST /feed/:goalId/decisions'({ params, body, by, origin }) {
        const goalId = params['goalId']!
        const decision: Decision = {
          id: randomUUID(),
          goalId,
          name: textOf(body, 'name'),
          version: 1,
          decidedBy: personOf(by),
          createdAt: new Date().toISOString(),
        }
        database
          .prepare(
            'INSERT INTO feed_decisions (id, goalId, name, version, decidedBy, createdAt) VALUES (?, ?, ?, ?, ?, ?)',
          )
          .run(decision.id, goalId, decision.name, decision.version, by, decision.createdAt)
        const entity = { type: 'decision', id: decision.id, version: 1 }
        publish({
          type: 'decision.created',
          stream: streamOf(goalId),
          payload: { decision, by: decision.decidedBy },
          entity,
          origin,
        })
        addEntry(goalId, by, 'decision.created', `decided: ${decision.name}`, origin)
        return { decision }
      },
      'GET /feed/:goalId/readings/:measureId': ({ params }) =>
        database
          .prepare('SELECT * FROM feed_readings WHERE measureId = ? ORDER BY rowid')
          .all(params['measureId']!)
          .map((row) => ({ ...row })),
    },
  }
}

function createTables(database: DatabaseSync) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS feed_entries (id TEXT PRIMARY KEY, goalId TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, actorId TEXT NOT NULL, createdAt TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS feed_entriesByGoal ON feed_entries (goalId);
    CREATE TABLE IF NOT EXISTS feed_decisions (id TEXT PRIMARY KEY, goalId TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, decidedBy TEXT NOT NULL, createdAt TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS feed_readings (id TEXT PRIMARY KEY, measureId TEXT NOT NULL, value REAL NOT NULL, at TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS feed_readingsByMeasure ON feed_readings (measureId);
  `)
}

function rowOf(database: DatabaseSync, id: string): number {
  const row = database.prepare('SELECT rowid AS place FROM feed_entries WHERE id = ?').get(id)
  if (row === undefined) throw notFound('entry')
  return Number(row['place'])
}

/** Newest first. */
const decisionsOf = (database: DatabaseSync, goalId: string): Decision[] =>
  (
    database
      .prepare('SELECT * FROM feed_decisions WHERE goalId = ? ORDER BY rowid DESC')
      .all(goalId) as unknown as (Omit<Decision, 'decidedBy'> & { decidedBy: string })[]
  ).map((row) => ({ ...row, decidedBy: personOf(row.decidedBy) }))
