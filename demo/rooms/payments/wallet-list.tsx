// The wallets, one place for each currency: what is not there yet can be created in its place, so nothing moves when it comes.
import { useQuery } from '@tanstack/react-query'
import { useLiveHighlight } from 'livecache/ui'
import { useId, useRef } from 'react'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { currencies, type Currency, type Wallet } from './entities.ts'
import { ListHead } from './list-head.tsx'
import { useCreateWallet } from './mutations.ts'
import { walletsQuery } from './queries.ts'
import { WalletBalances } from './wallet-balances.tsx'
import { currencyNames } from './words.ts'

export function WalletList() {
  const id = useId()
  const query = useQuery(walletsQuery)
  return (
    <section className="payments-section" aria-labelledby={id}>
      <ListHead id={id} title="Wallets" queryKey={walletsQuery.queryKey} />
      <div className="payments-wallets-room">
        <QuerySection query={query} what="the wallets" skeletonRows={4}>
          {(wallets) => (
            <ul className="payments-wallets">
              {currencies.map((currency) => (
                <Place
                  key={currency}
                  currency={currency}
                  wallet={wallets.find((wallet) => wallet.currency === currency)}
                />
              ))}
            </ul>
          )}
        </QuerySection>
      </div>
    </section>
  )
}

function Place({ currency, wallet }: { currency: Currency; wallet: Wallet | undefined }) {
  const place = useRef<HTMLLIElement>(null)
  const { props, mark } = useLiveHighlight(wallet?.version ?? 0)
  // Here, since what is shown without a wallet goes as soon as there is one, be it by the event before the answer.
  const creating = useCreateWallet()
  const create = () => creating.isPending || creating.mutate(currency, { onSuccess: () => place.current?.focus() })
  return (
    <li
      ref={place}
      className="payments-wallet"
      tabIndex={-1}
      data-missing={wallet === undefined}
      data-testid={`wallet-${currency}`}
      {...props}
    >
      {wallet === undefined ? (
        <Missing currency={currency} creating={creating} create={create} />
      ) : (
        <WalletBalances wallet={wallet} mark={mark} />
      )}
    </li>
  )
}

interface MissingProps {
  currency: Currency
  creating: ReturnType<typeof useCreateWallet>
  create: () => void
}

function Missing({ currency, creating, create }: MissingProps) {
  return (
    <>
      <div className="payments-wallet-head">
        <h3>
          {currency} <span className="muted">{currencyNames[currency]}</span>
        </h3>
      </div>
      <p className="muted">No wallet yet. Create one to be paid in this currency, and to pay in it.</p>
      {creating.error && <ErrorNotice error={creating.error}>Not created.</ErrorNotice>}
      <button type="button" className="button" onClick={create}>
        {creating.isPending ? 'Creating…' : `Create the ${currency} wallet`}
      </button>
    </>
  )
}
