// The form that sends money. What is missing is said beside its field; what the server refuses, in its own sentence.
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import { focused } from '../../page/parts/focus.ts'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import { currencies, type Currency } from './entities.ts'
import { exactMoney, parseMoney } from './money.ts'
import { useTransfer } from './mutations.ts'
import { walletsQuery } from './queries.ts'

type Field = 'amount' | 'counterparty' | 'description'
type Texts = Readonly<Record<Field, string>>

/** What is wrong, by field, in the order of the fields. */
function faultsOf({ amount, counterparty, description }: Texts): Partial<Record<Field, string>> {
  const sum = parseMoney(amount)
  return {
    ...(sum === null
      ? { amount: amount.trim() === '' ? 'Give an amount.' : 'Digits, and two decimals at most: 1,250.00' }
      : sum === 0 && { amount: 'More than nothing has to be sent.' }),
    ...(counterparty.trim() === '' && { counterparty: 'Say who is paid.' }),
    ...(description.trim() === '' && { description: 'Say what for.' }),
  }
}

export function NewTransfer({ onClose }: { onClose: () => void }) {
  const [texts, setTexts] = useState<Texts>({ amount: '', counterparty: '', description: '' })
  const [currency, setCurrency] = useState<Currency>('NGN')
  const [isJudged, setJudged] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const transfer = useTransfer()
  const faults = isJudged ? faultsOf(texts) : {}

  function submit(event: FormEvent) {
    event.preventDefault()
    const [wrong] = Object.keys(faultsOf(texts))
    setJudged(true)
    if (wrong !== undefined) return form.current?.querySelector<HTMLElement>(`[name=${wrong}]`)?.focus()
    if (transfer.isPending) return
    const amount = parseMoney(texts.amount) ?? 0
    transfer.mutate({ ...texts, amount, currency }, { onSuccess: onClose })
  }

  const field = (name: Field) => ({
    name,
    fault: faults[name],
    text: texts[name],
    onEscape: onClose,
    onChange: (text: string) => setTexts({ ...texts, [name]: text }),
  })

  return (
    <form ref={form} className="form-card payments-transfer" aria-label="New transfer" noValidate onSubmit={submit}>
      <TextField label="Amount" {...field('amount')} isFirst isAmount>
        <Available currency={currency} />
      </TextField>
      <label className="field">
        <span>Currency</span>
        <select value={currency} onChange={(event) => setCurrency(event.target.value as Currency)}>
          {currencies.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      </label>
      <TextField label="To" {...field('counterparty')} maxLength={60} />
      <TextField label="What for" {...field('description')} maxLength={80} />
      <div className="form-actions">
        <button type="submit" className="button" data-kind="primary" data-testid="send">
          {transfer.isPending ? 'Sending…' : 'Send'}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
      {transfer.error && <ErrorNotice error={transfer.error}>Not sent.</ErrorNotice>}
    </form>
  )
}

/** What may be spent, as it is now. */
function Available({ currency }: { currency: Currency }) {
  const { data = [] } = useQuery(walletsQuery)
  const wallet = data.find((candidate) => candidate.currency === currency)
  if (wallet === undefined) return <>There is no wallet in {currency} yet.</>
  if (wallet.status === 'FROZEN') return <>The wallet in {currency} is frozen.</>
  return <>{exactMoney(wallet.availableBalance, currency)} available</>
}

interface TextFieldProps {
  label: string
  name: Field
  text: string
  fault: string | undefined
  onChange: (text: string) => void
  onEscape: () => void
  maxLength?: number
  isFirst?: boolean
  isAmount?: boolean
  /** What helps to fill it in; gives way to what is wrong. */
  children?: ReactNode
}

function TextField(props: TextFieldProps) {
  const { label, name, text, fault, onChange, onEscape, maxLength, isFirst = false, isAmount = false, children } = props
  const id = useId()
  return (
    <div className="field" data-field={name}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={isFirst ? focused : null}
        name={name}
        inputMode={isAmount ? 'decimal' : 'text'}
        autoComplete="off"
        value={text}
        maxLength={maxLength}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onEscape()}
      />
      <p id={`${id}-help`} className="payments-help" data-wrong={fault !== undefined}>
        {fault ?? children}
      </p>
    </div>
  )
}
