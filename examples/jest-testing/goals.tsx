import { useQuery } from '@tanstack/react-query'
import { type RealtimeEvent, RealtimeIndicator, upsert } from 'livecache'

export interface Goal {
  id: string
  name: string
}

export const rules = {
  'goal.created': ({ payload }: RealtimeEvent<Goal>) => upsert<Goal>(['goals'], payload, { where: () => true }),
}

export function Goals({ fetchGoals }: { fetchGoals: () => Promise<Goal[]> }) {
  const { data = [] } = useQuery({ queryKey: ['goals'], queryFn: fetchGoals })
  return (
    <main>
      <RealtimeIndicator />
      <ul>
        {data.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
    </main>
  )
}
