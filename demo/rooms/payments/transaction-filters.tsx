// The controls above the transactions.
import { useId } from 'react'
import { currencies, type Currency, statuses, type TransactionStatus } from './entities.ts'
import { isNoAmount, type TransactionFilter } from './transaction-filter.ts'
import { statusWords } from './words.ts'

export interface TransactionFiltersProps {
  filter: TransactionFilter
  onChange: (filter: TransactionFilter) => void
}

export function TransactionFilters({ filter, onChange }: TransactionFiltersProps) {
  const { status, currency, min, max } = filter
  return (
    <form
      className="payments-filters"
      aria-label="Filter the transactions"
      onSubmit={(event) => event.preventDefault()}
    >
      <label className="field">
        <span>Status</span>
        <select
          value={status}
          onChange={(event) => onChange({ ...filter, status: event.target.value as TransactionStatus | 'ALL' })}
        >
          <option value="ALL">Any</option>
          {statuses.map((option) => (
            <option key={option} value={option}>
              {statusWords[option]}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Currency</span>
        <select
          value={currency}
          onChange={(event) => onChange({ ...filter, currency: event.target.value as Currency | 'ALL' })}
        >
          <option value="ALL">Any</option>
          {currencies.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      </label>
      <AmountField label="At least" text={min} onChange={(text) => onChange({ ...filter, min: text })} />
      <AmountField label="At most" text={max} onChange={(text) => onChange({ ...filter, max: text })} />
    </form>
  )
}

function AmountField({ label, text, onChange }: { label: string; text: string; onChange: (text: string) => void }) {
  const id = useId()
  const isWrong = isNoAmount(text)
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        <span id={`${id}-error`} className="payments-wrong">
          {isWrong && ' – not an amount'}
        </span>
      </label>
      <input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        placeholder="0.00"
        value={text}
        aria-invalid={isWrong}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
