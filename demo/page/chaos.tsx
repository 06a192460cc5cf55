// What may be done to the link of this page, and the verdict: whether its cache equals the server all the same.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { FaultRates } from 'livecache/hub'
import { useId, useState } from 'react'
import { callApi } from './api.ts'
import { counted } from './format.ts'
import { ErrorNotice } from './parts/notices.tsx'
import { faults } from './realtime.ts'
import { expireSession } from './session.ts'
import { type Verdict as VerdictResult, verdictOf } from './verdict.ts'

const troubles = {
  delay: { title: 'Delay', hint: 'Each frame comes up to 2 s late', rates: { delay: 1, delayMs: [300, 2_000] } },
  duplicate: { title: 'Duplicate', hint: 'Half of the frames come twice', rates: { duplicate: 0.5 } },
  reorder: { title: 'Reorder', hint: 'Frames overtake each other', rates: { swap: 0.4 } },
  drop: { title: 'Drop', hint: 'One frame in five is lost', rates: { drop: 0.2 } },
} as const satisfies Record<string, { title: string; hint: string; rates: FaultRates }>

type Trouble = keyof typeof troubles

export function Chaos() {
  const [on, setOn] = useState<ReadonlySet<Trouble>>(new Set())

  function toggle(trouble: Trouble) {
    const next = new Set(on)
    if (!next.delete(trouble)) next.add(trouble)
    setOn(next)
    faults.set(Object.assign({}, ...[...next].map((name) => troubles[name].rates)) as FaultRates)
  }

  return (
    <section className="fault chaos" aria-label="Link of this page">
      <h3>Link of this page</h3>
      <ul className="chaos-switches">
        {(Object.keys(troubles) as Trouble[]).map((trouble) => (
          <TroubleSwitch key={trouble} {...troubles[trouble]} isOn={on.has(trouble)} onToggle={() => toggle(trouble)} />
        ))}
      </ul>
      <Once />
      <Verdict />
    </section>
  )
}

function TroubleSwitch({
  title,
  hint,
  isOn,
  onToggle,
}: {
  title: string
  hint: string
  isOn: boolean
  onToggle: () => void
}) {
  const id = useId()
  return (
    <li>
      <span>
        <span id={id}>{title}</span>
        <span className="muted">{hint}</span>
      </span>
      <button
        type="button"
        className="switch"
        role="switch"
        aria-checked={isOn}
        aria-labelledby={id}
        data-testid={`chaos-${title.toLowerCase()}`}
        onClick={onToggle}
      >
        <span className="switch-thumb" />
      </button>
    </li>
  )
}

/** What happens once, and is over. */
function Once() {
  const burst = useMutation({ mutationFn: () => callApi('POST', '/burst') })
  return (
    <>
      <div className="chaos-buttons">
        <button type="button" className="button" data-testid="chaos-cut" onClick={() => faults.cut()}>
          Cut once
        </button>
        <button type="button" className="button" data-testid="chaos-mute" onClick={() => faults.mute(15_000)}>
          Mute for 15 s
        </button>
        <button
          type="button"
          className="button"
          data-testid="chaos-expire"
          onClick={() => {
            expireSession()
            faults.cut(4401, 'the token has expired')
          }}
        >
          Expire the token
        </button>
        <button
          type="button"
          className="button"
          data-testid="chaos-burst"
          aria-disabled={burst.isPending}
          onClick={() => burst.isPending || burst.mutate()}
        >
          {burst.isPending ? 'Bursting…' : 'Burst of 1,000'}
        </button>
      </div>
      {burst.error && <ErrorNotice error={burst.error}>No burst came.</ErrorNotice>}
    </>
  )
}

function Verdict() {
  const queryClient = useQueryClient()
  const check = useMutation({ mutationFn: () => verdictOf(queryClient) })
  return (
    <div className="verdict">
      <button
        type="button"
        className="button"
        data-testid="verdict-check"
        aria-disabled={check.isPending}
        onClick={() => check.isPending || check.mutate()}
      >
        {check.isPending ? 'Comparing…' : 'Compare with the server'}
      </button>
      <output
        data-testid="verdict"
        data-verdict={check.data && (check.data.different.length === 0 ? 'equal' : 'different')}
      >
        {check.isSuccess && wordsOf(check.data)}
      </output>
      {check.error && <ErrorNotice error={check.error}>Nothing was compared.</ErrorNotice>}
    </div>
  )
}

const wordsOf = ({ checked, different }: VerdictResult) =>
  different.length === 0
    ? `Cache equals server: ${counted(checked, 'query', 'queries')} compared.`
    : `Cache differs from the server: ${different.join(', ')}.`
