'use client'
import { useQuery } from '@tanstack/react-query'
import { LiveBadge } from 'livecache'
import { fetchGoals } from './goals-api'

export function Goals() {
  const { data = [] } = useQuery({ queryKey: ['goals'], queryFn: fetchGoals })
  return (
    <section>
      <h1>
        Goals <LiveBadge queryKey={['goals']} />
      </h1>
      <ul>
        {data.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
    </section>
  )
}
