// A change that the user makes: shown at once where it says what it will come to, confirmed by the answer and by the event of it,
// whichever comes first; if it fails, its own effect alone is taken back.
import { useMutation, type UseMutationResult } from '@tanstack/react-query'
import { type LiveMutationOptions, liveMutationOptions, type RuleResult } from 'livecache'
import { callApi } from './api.ts'

export interface Change<Variables, Answer> extends Pick<
  LiveMutationOptions<Answer, Error, Variables, unknown>,
  'optimistic' | 'onSuccess' | 'realId'
> {
  method: 'POST' | 'PATCH' | 'DELETE'
  /** Behind `/api`. */
  path: string
  body?: (variables: Variables) => unknown
  /** What the answer does to the cache. */
  confirmed: (answer: Answer) => RuleResult
}

export function useChange<Variables, Answer>({
  method,
  path,
  body,
  ...options
}: Change<Variables, Answer>): UseMutationResult<Answer, Error, Variables> {
  return useMutation(
    liveMutationOptions<Answer, Error, Variables>({
      ...options,
      mutationFn: (variables, { mutationId }) =>
        callApi<Answer>(method, path, { mutationId, ...(body && { body: body(variables) }) }),
    }),
  )
}
