// A titled part of a goal.
import { type ReactNode, useId } from 'react'

export function Section({
  title,
  count,
  children,
}: {
  title: string
  count?: string | undefined
  children: ReactNode
}) {
  const id = useId()
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {title} {count !== undefined && <span className="muted">{count}</span>}
      </h2>
      {children}
    </section>
  )
}
