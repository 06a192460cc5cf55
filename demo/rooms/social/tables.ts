// The tables of the room, and rows of them. Names of tables and columns come from code, never from a request.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

const tables = `
  CREATE TABLE IF NOT EXISTS social_members (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, role TEXT NOT NULL, title TEXT NOT NULL, city TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1);
  CREATE TABLE IF NOT EXISTS social_relations (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, fromId TEXT NOT NULL, toId TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1);
  CREATE TABLE IF NOT EXISTS social_posts (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, authorId TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1);
  CREATE TABLE IF NOT EXISTS social_likes (
    postId TEXT NOT NULL REFERENCES social_posts (id) ON DELETE CASCADE, personId TEXT NOT NULL, PRIMARY KEY (postId, personId));
  CREATE TABLE IF NOT EXISTS social_threads (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT);
  CREATE TABLE IF NOT EXISTS social_seats (
    threadId TEXT NOT NULL REFERENCES social_threads (id), personId TEXT NOT NULL, readTo INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (threadId, personId));
  CREATE TABLE IF NOT EXISTS social_messages (
    threadId TEXT NOT NULL REFERENCES social_threads (id), n INTEGER NOT NULL, id TEXT NOT NULL, authorId TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
    key TEXT NOT NULL, PRIMARY KEY (threadId, n), UNIQUE (threadId, authorId, key));
  CREATE TABLE IF NOT EXISTS social_gatherings (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, about TEXT NOT NULL, venue TEXT NOT NULL, startsAt TEXT NOT NULL, hostId TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1);
  CREATE TABLE IF NOT EXISTS social_replies (
    place INTEGER PRIMARY KEY, gatheringId TEXT NOT NULL REFERENCES social_gatherings (id), personId TEXT NOT NULL, answer TEXT NOT NULL,
    UNIQUE (gatheringId, personId));
  CREATE TABLE IF NOT EXISTS social_saved (
    personId TEXT NOT NULL, gatheringId TEXT NOT NULL REFERENCES social_gatherings (id), saved INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (personId, gatheringId));
  CREATE TABLE IF NOT EXISTS social_notices (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, personId TEXT NOT NULL, kind TEXT NOT NULL, byId TEXT NOT NULL, text TEXT NOT NULL,
    href TEXT NOT NULL, at TEXT NOT NULL, read INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX IF NOT EXISTS social_noticesByPerson ON social_notices (personId, place);
`

export interface Tables {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  run(sql: string, ...values: SQLInputValue[]): void
  insert(table: string, row: Readonly<Record<string, SQLInputValue>>): void
}

export function openTables(database: DatabaseSync): Tables {
  database.exec(tables)
  const known = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  function prepared(sql: string) {
    const statement = known.get(sql) ?? database.prepare(sql)
    known.set(sql, statement)
    return statement
  }

  return {
    all: <Row>(sql: string, ...values: SQLInputValue[]) => prepared(sql).all(...values) as Row[],
    run: (sql, ...values) => void prepared(sql).run(...values),
    insert(table, row) {
      const names = Object.keys(row)
      const marks = names.map(() => '?').join(', ')
      prepared(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).run(...Object.values(row))
    },
  }
}
