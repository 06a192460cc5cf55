import { QueryClient, useMutation } from '@tanstack/react-query'
import { describe, expectTypeOf, it } from 'vitest'
import { liveMutationOptions, patch, upsert } from '../../src/query/index.ts'

interface Goal {
  id: number
  name: string
}

describe('liveMutationOptions', () => {
  it('infer variables and data from the function of the mutation', () => {
    const options = liveMutationOptions({
      mutationFn: async ({ name }: { name: string }, { mutationId, tempId, client }): Promise<Goal> => {
        expectTypeOf(mutationId).toEqualTypeOf<string>()
        expectTypeOf(tempId).toEqualTypeOf<string>()
        expectTypeOf(client).toEqualTypeOf<QueryClient>()
        return { id: 1, name }
      },
      optimistic(variables, { tempId }) {
        expectTypeOf(variables).toEqualTypeOf<{ name: string }>()
        return upsert(['goals'], { id: tempId, name: variables.name })
      },
      confirmed(data, variables) {
        expectTypeOf(data).toEqualTypeOf<Goal>()
        expectTypeOf(variables).toEqualTypeOf<{ name: string }>()
        return [patch<Goal>(['goal', data.id], data)]
      },
      realId(data) {
        expectTypeOf(data).toEqualTypeOf<Goal>()
        return data.id
      },
      onMutate: () => ({ toast: 7 }),
      onSuccess(data, variables, result) {
        expectTypeOf(data).toEqualTypeOf<Goal>()
        expectTypeOf(variables).toEqualTypeOf<{ name: string }>()
        expectTypeOf(result).toEqualTypeOf<{ toast: number }>()
      },
    })
    const { mutate, data } = useMutation(options)
    expectTypeOf(data).toEqualTypeOf<Goal | undefined>()
    expectTypeOf<Parameters<typeof mutate>[0]>().toEqualTypeOf<{ name: string }>()
  })

  it('need no variables where the function takes none', () => {
    const { mutate } = useMutation(liveMutationOptions({ mutationFn: async () => 1 }))
    mutate()
    // @ts-expect-error there is nothing to hand over
    mutate('something')
  })

  it('hold the variables to what the function takes', () => {
    const { mutate } = useMutation(liveMutationOptions({ mutationFn: async (goal: Goal) => goal }))
    mutate({ id: 1, name: 'a' })
    // @ts-expect-error no goal
    mutate({ id: 1 })
  })

  it('need a function', () => {
    // @ts-expect-error none
    liveMutationOptions({ optimistic: () => [] })
  })
})
