// How many are new. What is seen may be rounded, what is read out is exact.

const most = 99

export function CountBadge({ count, words }: { count: number; words: string }) {
  if (count === 0) return null
  return (
    <>
      <span className="social-badge" aria-hidden="true">
        {count > most ? `${most}+` : count}
      </span>
      <span className="visually-hidden">, {words}</span>
    </>
  )
}
