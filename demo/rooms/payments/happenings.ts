// What happens to somebody's wallets by itself: money comes and goes, what was on its way arrives or does not, and rarely
// something is suspicious. It goes on for ever and stays within bounds.
import type { Transaction } from './entities.ts'
import type { Change, Ledger } from './ledger.ts'
import {
  failures,
  pick,
  plausibleNotice,
  plausibleTransaction,
  type Random,
  reversals,
  usualBalance,
} from './plausible.ts'

/** More than these on their way, and one of them is settled before another begins. */
const manyPending = 4
const noticeChance = 0.015

export function happenTo(personId: string, ledger: Ledger, random: Random): readonly Change[] {
  if (random() < noticeChance) {
    const notice = suspect(personId, ledger, random)
    if (notice.length > 0) return notice
  }
  const pending = ledger.pending(personId)
  const [oldest] = pending
  if (oldest !== undefined && (pending.length >= manyPending || random() < 0.55)) {
    return settle(personId, oldest, ledger, random)
  }
  return begin(personId, ledger, random)
}

function settle(personId: string, transaction: Transaction, ledger: Ledger, random: Random): readonly Change[] {
  const { id, direction, walletId } = transaction
  const wallet = ledger.wallets(personId).find((candidate) => candidate.id === walletId)
  if (direction === 'OUT' && wallet?.status === 'FROZEN') {
    return ledger.end(personId, id, 'FAILED', 'The wallet is frozen').changes
  }
  const chance = random()
  if (chance < 0.82) return ledger.end(personId, id, 'SUCCESS').changes
  if (chance < 0.93) return ledger.end(personId, id, 'FAILED', pick(failures, random)).changes
  return ledger.end(personId, id, 'REVERSED', pick(reversals, random)).changes
}

function begin(personId: string, ledger: Ledger, random: Random): readonly Change[] {
  const wallets = ledger.wallets(personId)
  if (wallets.length === 0) return []
  const { currency, status, availableBalance } = pick(wallets, random)
  const shareOut = availableBalance > usualBalance(currency) ? 0.75 : 0.4
  const outgoing = plausibleTransaction(currency, 'OUT', random)
  const goesOut = status === 'ACTIVE' && outgoing.amount <= availableBalance && random() < shareOut
  return ledger.begin(personId, goesOut ? outgoing : plausibleTransaction(currency, 'IN', random)).changes
}

function suspect(personId: string, ledger: Ledger, random: Random): readonly Change[] {
  const wallets = ledger.wallets(personId).filter(({ status }) => status === 'ACTIVE')
  if (wallets.length === 0) return []
  return ledger.notify(personId, plausibleNotice(pick(wallets, random).currency, random))?.changes ?? []
}
