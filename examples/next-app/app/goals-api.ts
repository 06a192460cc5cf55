export interface Goal {
  id: string
  name: string
}

/** Your API, or your database. */
export const fetchGoals = async (): Promise<Goal[]> => [{ id: '1', name: 'Launch' }]
