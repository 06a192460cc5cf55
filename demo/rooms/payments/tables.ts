// The tables of the room, and their rows as entities.
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { FraudNotice, Transaction, Wallet } from './entities.ts'

const stamps =
  'id TEXT PRIMARY KEY, personId TEXT NOT NULL, version INTEGER NOT NULL, createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL'
const money =
  'walletId TEXT NOT NULL REFERENCES payments_wallets, currency TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0)'

const tables = {
  // Whatever else may go wrong, nobody spends what is not there.
  payments_wallets: `${stamps}, currency TEXT NOT NULL, status TEXT NOT NULL,
    ledger INTEGER NOT NULL, pending INTEGER NOT NULL CHECK (pending >= 0 AND pending <= ledger), UNIQUE (personId, currency)`,
  payments_transactions: `${stamps}, ${money}, type TEXT NOT NULL, direction TEXT NOT NULL, status TEXT NOT NULL,
    counterparty TEXT NOT NULL, description TEXT NOT NULL, reason TEXT`,
  payments_notices: `${stamps}, ${money}, counterparty TEXT NOT NULL, reason TEXT NOT NULL, status TEXT NOT NULL`,
}

export type Table = keyof typeof tables
export type Fields = Readonly<Record<string, string | number | null>>

/** Its owner is no part of an entity: nobody is told of what belongs to others. */
type Row<Entity> = Entity & { personId: string }
export type WalletRow = Omit<Row<Wallet>, 'availableBalance' | 'ledgerBalance' | 'pendingAmount'> & {
  ledger: number
  pending: number
}
export type TransactionRow = Row<Transaction>
export type NoticeRow = Row<FraudNotice>

export interface Rows {
  payments_wallets: WalletRow
  payments_transactions: TransactionRow
  payments_notices: NoticeRow
}

export type Tables = ReturnType<typeof openTables>

export function openTables(database: DatabaseSync) {
  for (const [name, columns] of Object.entries(tables)) {
    database.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns})`)
    database.exec(`CREATE INDEX IF NOT EXISTS ${name}_of ON ${name} (personId, createdAt)`)
  }

  return {
    /** Of one person, newest first. @param limit how many at most @param rest what else has to be true of them, as SQL */
    of: <Name extends Table>(name: Name, personId: string, limit = -1, rest = '1'): Rows[Name][] =>
      database
        .prepare(`SELECT * FROM ${name} WHERE personId = ? AND ${rest} ORDER BY createdAt DESC, rowid DESC LIMIT ?`)
        .all(personId, limit) as unknown as Rows[Name][],
    /** Null where there is none, or where it belongs to somebody else. */
    find: <Name extends Table>(name: Name, personId: string, id: string): Rows[Name] | null =>
      (database.prepare(`SELECT * FROM ${name} WHERE personId = ? AND id = ?`).get(personId, id) as
        | Rows[Name]
        | undefined) ?? null,
    /** Later than anything in the table, so that the order of what is in it is never in doubt. */
    nextMoment(name: Table, personId: string): string {
      const { last } = database
        .prepare(`SELECT MAX(createdAt) AS last FROM ${name} WHERE personId = ?`)
        .get(personId) as {
        last: string | null
      }
      return new Date(Math.max(Date.now(), last === null ? 0 : Date.parse(last) + 1)).toISOString()
    },
    insert(name: Table, fields: Fields & { personId: string }): string {
      const id = `${prefixes[name]}-${randomUUID().replaceAll('-', '').slice(0, 16)}`
      const now = new Date().toISOString()
      const row: Fields = { id, version: 1, createdAt: now, updatedAt: now, ...fields }
      const names = Object.keys(row)
      database
        .prepare(`INSERT INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...Object.values(row))
      return id
    },
    /** Writes the fields and moves the version on. */
    change(name: Table, id: string, fields: Fields) {
      const row: Fields = { ...fields, updatedAt: new Date().toISOString() }
      const sets = Object.keys(row).map((column) => `${column} = ?`)
      database
        .prepare(`UPDATE ${name} SET version = version + 1, ${sets.join(', ')} WHERE id = ?`)
        .run(...Object.values(row), id)
    },
    /** Forgets what is behind the newest `count`. @param rest what else has to be true of it, as SQL */
    prune(name: Table, personId: string, count: number, rest = '1') {
      database
        .prepare(
          `DELETE FROM ${name} WHERE personId = ?1 AND ${rest} AND id NOT IN
            (SELECT id FROM ${name} WHERE personId = ?1 ORDER BY createdAt DESC, rowid DESC LIMIT ?2)`,
        )
        .run(personId, count)
    },
    isEmpty: (name: Table): boolean => database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined,
    /** All that `run` does is written, or nothing. */
    atomic<Result>(run: () => Result): Result {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = run()
        database.exec('COMMIT')
        return result
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
  }
}

const prefixes: Readonly<Record<Table, string>> = {
  payments_wallets: 'WAL',
  payments_transactions: 'TXN',
  payments_notices: 'FRD',
}

export function walletOf({ ledger, pending, ...row }: WalletRow): Wallet {
  return { ...withoutOwner(row), availableBalance: ledger - pending, ledgerBalance: ledger, pendingAmount: pending }
}

export const transactionOf = (row: TransactionRow): Transaction => withoutOwner(row)

export const noticeOf = (row: NoticeRow): FraudNotice => withoutOwner(row)

function withoutOwner<Owned extends { personId: string }>({ personId: _personId, ...entity }: Owned) {
  return entity
}
