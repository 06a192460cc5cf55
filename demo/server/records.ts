// Rows of any table: read, inserted, changed and removed, with the stamps that every entity has. What the columns mean
// is store.ts. Names of tables and columns come from code, never from a request.
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Rows, Table } from './rows.ts'

export type Fields = Readonly<Record<string, string | number | null>>

export interface Records {
  all<Name extends Table>(table: Name): Rows[Name][]
  ofGoal<Name extends Exclude<Table, 'goals'>>(table: Name, goalId: string): Rows[Name][]
  find<Name extends Table>(table: Name, id: string): Rows[Name] | undefined
  /** @returns the id. */
  insert(table: Table, fields: Fields, by: string): string
  /** Writes the fields and moves the version on; with no fields, the version alone. */
  change(table: Table, id: string, fields: Fields, by: string): void
  remove(table: Table, id: string): void
  /** All that `run` does is written, or nothing. */
  atomic<Result>(run: () => Result): Result
}

export function createRecords(database: DatabaseSync): Records {
  const run = (sql: string, ...values: Fields[string][]) => database.prepare(sql).run(...values)
  // The rowid settles the order of what was created within one millisecond.
  const select = (table: Table, rest: string) => database.prepare(`SELECT * FROM ${table} ${rest}`)

  return {
    all: <Name extends Table>(table: Name) =>
      select(table, 'ORDER BY createdAt DESC, rowid').all() as unknown as Rows[Name][],
    ofGoal: <Name extends Table>(table: Name, goalId: string) =>
      select(table, 'WHERE goalId = ? ORDER BY createdAt, rowid').all(goalId) as unknown as Rows[Name][],
    find: <Name extends Table>(table: Name, id: string) =>
      select(table, 'WHERE id = ?').get(id) as Rows[Name] | undefined,
    insert(table, fields, by) {
      const now = new Date().toISOString()
      const row: Fields = { id: randomUUID(), version: 1, createdAt: now, updatedAt: now, updatedBy: by, ...fields }
      const names = Object.keys(row)
      run(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        ...Object.values(row),
      )
      return String(row['id'])
    },
    change(table, id, fields, by) {
      const row: Fields = { ...fields, updatedAt: new Date().toISOString(), updatedBy: by }
      const sets = Object.keys(row).map((name) => `${name} = ?`)
      run(`UPDATE ${table} SET version = version + 1, ${sets.join(', ')} WHERE id = ?`, ...Object.values(row), id)
    },
    remove: (table, id) => void run(`DELETE FROM ${table} WHERE id = ?`, id),
    atomic(body) {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = body()
        database.exec('COMMIT')
        return result
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
  }
}
