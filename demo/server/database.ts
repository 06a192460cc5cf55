// The database file and its tables.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const stamps =
  'id TEXT PRIMARY KEY, version INTEGER NOT NULL, createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL, updatedBy TEXT NOT NULL'
const goal = 'goalId TEXT NOT NULL REFERENCES goals ON DELETE CASCADE, name TEXT NOT NULL'

const tables = {
  goals: 'name TEXT NOT NULL, area TEXT NOT NULL, ownerId TEXT NOT NULL, completed INTEGER NOT NULL DEFAULT 0',
  actions: `${goal}, done INTEGER NOT NULL DEFAULT 0`,
  measures: `${goal}, unit TEXT NOT NULL, start REAL NOT NULL, value REAL NOT NULL, target REAL NOT NULL`,
  issues: `${goal}, severity TEXT NOT NULL, resolved INTEGER NOT NULL DEFAULT 0`,
}

export function openDatabase(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, 'workspace.sqlite'))
  // A write-ahead log that is in the hands of the system outlives SIGKILL, whatever the process was doing.
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000',
  )
  for (const [name, columns] of Object.entries(tables)) {
    database.exec(`CREATE TABLE IF NOT EXISTS ${name} (${stamps}, ${columns})`)
    if (name !== 'goals') database.exec(`CREATE INDEX IF NOT EXISTS ${name}ByGoal ON ${name} (goalId)`)
  }
  return database
}
