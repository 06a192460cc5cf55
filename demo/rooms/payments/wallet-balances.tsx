// One wallet: what is in it, and whether anything may leave it.
import { StatusTransition } from 'livecache/ui'
import type { ReactNode } from 'react'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import type { Wallet } from './entities.ts'
import { exactMoney } from './money.ts'
import { useFreeze, useUnfreeze } from './mutations.ts'
import { currencyNames } from './words.ts'

/** @param mark says in words that it has just changed */
export function WalletBalances({ wallet, mark }: { wallet: Wallet; mark: ReactNode }) {
  const { currency, status, availableBalance, ledgerBalance, pendingAmount } = wallet
  return (
    <>
      <div className="payments-wallet-head">
        <h3>
          {currency} <span className="muted">{currencyNames[currency]}</span>
        </h3>
        {mark}
        <StatusTransition status={status} />
      </div>
      <dl className="payments-balances">
        <div className="payments-available">
          <dt>Available</dt>
          <dd className="figure" data-testid="available">
            {exactMoney(availableBalance, currency)}
          </dd>
        </div>
        <div>
          <dt>Ledger</dt>
          <dd className="figure">{exactMoney(ledgerBalance, currency)}</dd>
        </div>
        <div>
          <dt>Pending</dt>
          <dd className="figure">{exactMoney(pendingAmount, currency)}</dd>
        </div>
      </dl>
      <Freezing wallet={wallet} />
    </>
  )
}

function Freezing({ wallet: { id, status, currency } }: { wallet: Wallet }) {
  const freeze = useFreeze(id)
  const unfreeze = useUnfreeze(id)
  const isFrozen = status === 'FROZEN'

  function toggle() {
    if (freeze.isPending || unfreeze.isPending) return
    const [wanted, other] = isFrozen ? [unfreeze, freeze] : [freeze, unfreeze]
    other.reset()
    wanted.mutate()
  }

  return (
    <>
      <button type="button" className="button" onClick={toggle} data-testid="freeze">
        {isFrozen ? 'Unfreeze' : 'Freeze'} <span className="visually-hidden">the {currency} wallet</span>
      </button>
      {freeze.error && <ErrorNotice error={freeze.error}>Not frozen.</ErrorNotice>}
      {unfreeze.error && <ErrorNotice error={unfreeze.error}>Not unfrozen.</ErrorNotice>}
    </>
  )
}
