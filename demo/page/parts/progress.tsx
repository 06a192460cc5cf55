import { percent } from '../format.ts'

/** The figure says it; the bar shows it at a glance. */
export function Progress({ share }: { share: number }) {
  return (
    <span className="progress">
      <span className="progress-track" aria-hidden="true">
        <span className="progress-bar" style={{ inlineSize: `${share * 100}%` }} />
      </span>
      <span className="progress-figure">{percent(share)}</span>
    </span>
  )
}
