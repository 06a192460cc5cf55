// What is there before anybody has done anything. Amounts, people and times are drawn by chance that is the same in each run.
import { team } from '../../server/team.ts'
import { type Transaction, type TransactionStatus } from './entities.ts'
import {
  failures,
  firstWallets,
  pick,
  plausibleNotice,
  plausibleTransaction,
  type Random,
  reversals,
  usualBalance,
} from './plausible.ts'
import type { Tables } from './tables.ts'

const dayMs = 86_400_000

export function seed(tables: Tables) {
  if (!tables.isEmpty('payments_wallets')) return
  const random = seededRandom(7)
  tables.atomic(() => {
    for (const [index, { id }] of team.entries()) seedPerson(tables, id, index, random)
  })
}

function seedPerson(tables: Tables, personId: string, index: number, random: Random) {
  const count = index < 2 ? 60 : 12
  const opened = new Date(Date.now() - 90 * dayMs).toISOString()
  const pending = new Map<string, number>()
  const wallets = firstWallets(index).map((currency) => {
    const ledger = Math.round(usualBalance(currency) * (0.5 + random()))
    const fields = { personId, currency, status: 'ACTIVE', ledger, pending: 0, createdAt: opened, updatedAt: opened }
    return { currency, id: tables.insert('payments_wallets', fields) }
  })

  for (let left = count; left > 0; left--) {
    const wallet = pick(wallets, random)
    const direction = random() < 0.62 ? 'OUT' : 'IN'
    const fields = plausibleTransaction(wallet.currency, direction, random)
    const status = statusOf(left, random)
    // The last ones are of today, the first ones five weeks old.
    const at = Date.now() - 4 * 60_000 - ((left - 1) / count) ** 1.6 * 35 * dayMs - random() * 20 * 60_000
    const createdAt = new Date(at).toISOString()
    const times = { createdAt, updatedAt: createdAt }
    tables.insert('payments_transactions', {
      ...{ personId, walletId: wallet.id, ...fields, status, reason: reasonOf(status, random), ...times },
      version: status === 'PENDING' ? 1 : 2,
    })
    if (status === 'PENDING' && direction === 'OUT') {
      pending.set(wallet.id, (pending.get(wallet.id) ?? 0) + fields.amount)
    }
  }
  for (const [id, amount] of pending) tables.change('payments_wallets', id, { pending: amount })

  if (index > 3) return
  for (const [back, status] of (['FROZEN', 'CONFIRMED', 'CONFIRMED'] as const).entries()) {
    const wallet = wallets[0]!
    const createdAt = new Date(Date.now() - (26 - back * 11) * dayMs - random() * dayMs).toISOString()
    const fields = { ...plausibleNotice(wallet.currency, random), status, createdAt, updatedAt: createdAt }
    tables.insert('payments_notices', { personId, walletId: wallet.id, ...fields, version: 2 })
  }
}

/** @param left how many are still to come, this one counted */
function statusOf(left: number, random: Random): TransactionStatus {
  if (left <= 2) return 'PENDING'
  const chance = random()
  return chance < 0.87 ? 'SUCCESS' : chance < 0.95 ? 'FAILED' : 'REVERSED'
}

function reasonOf(status: TransactionStatus, random: Random): Transaction['reason'] {
  if (status === 'FAILED') return pick(failures, random)
  return status === 'REVERSED' ? pick(reversals, random) : null
}

/** Mulberry32: small, and good enough to look like chance. */
export function seededRandom(start: number): Random {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
