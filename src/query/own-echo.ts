// Mutations and the events that tell of them: an optimistic change is confirmed by its echo or by the answer, whichever comes
// first, and taken back by itself where the mutation fails.
import type {
  DefaultError,
  MutationFunctionContext,
  Query,
  QueryClient,
  UseMutationOptions,
} from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { randomId } from '../base/random-id.ts'
import { ownCause } from './cause.ts'
import { type EntityId, idOf } from './entity.ts'
import { type LiveCache, retainLiveCache } from './live-cache.ts'
import type { DataOperation, Operation } from './operations.ts'
import { type Hope, withRealId } from './optimistic.ts'
import { operationsOf, type RuleResult } from './rules.ts'

export interface LiveMutationContext extends MutationFunctionContext {
  /**
   * Of this call, the same for each of its attempts. Send it along (as a header, say), and let the server put it into the event
   * as `origin.mutationId`: so the event is known to tell of this change.
   */
  mutationId: string
  /** An id for what has none before the server gives it one. It gives way to the real one. */
  tempId: string
}

export interface LiveMutationOptions<Data, Failure, Variables, Result> extends Omit<
  UseMutationOptions<Data, Failure, Variables, Result>,
  'mutationFn'
> {
  mutationFn: (variables: Variables, context: LiveMutationContext) => Promise<Data>
  /** What the change will look like: shown at once, confirmed by the event or the answer, taken back if the mutation fails. */
  optimistic?: (variables: Variables, context: Pick<LiveMutationContext, 'mutationId' | 'tempId'>) => RuleResult
  /** What the answer says, as operations. They replace what was hoped for; without them that stays until the event or a fetch. */
  confirmed?: (data: Data, variables: Variables) => RuleResult
  /** The id that the server gave what was made under `tempId`. @default the `id` of the answer */
  realId?: (data: Data) => EntityId | undefined
}

/**
 * By the context of the call, one and the same for all of its functions. For all options together: `useMutation` gives a call that is
 * under way new ones with each render.
 */
const calls = new WeakMap<object, Call>()

function callOf(context: MutationFunctionContext): Call {
  const known = calls.get(context) ?? createCall(context.client)
  calls.set(context, known)
  return known
}

/**
 * Options for `useMutation` that show a change before the server has confirmed it. Everything TanStack Query knows works as ever.
 * Needs no provider; without events the change is confirmed by a fetch.
 */
export function liveMutationOptions<Data = unknown, Failure = DefaultError, Variables = void, Result = unknown>(
  options: LiveMutationOptions<Data, Failure, Variables, Result>,
): UseMutationOptions<Data, Failure, Variables, Result> {
  const { mutationFn, optimistic, confirmed, realId = idOf, ...rest } = options
  return {
    ...rest,
    mutationFn(variables, context) {
      const { mutationId, tempId } = callOf(context)
      return mutationFn(variables, { ...context, mutationId, tempId })
    },
    onMutate(variables, context) {
      const call = callOf(context)
      call.begin(dataOperationsOf(optimistic?.(variables, call)))
      return rest.onMutate?.(variables, context) as Result
    },
    onSuccess(data, variables, result, context) {
      callOf(context).succeed(operationsOf(confirmed?.(data, variables)), realId(data))
      return rest.onSuccess?.(data, variables, result, context)
    },
    onError(error, variables, result, context) {
      callOf(context).fail()
      return rest.onError?.(error, variables, result, context)
    },
  }
}

/** What was hoped for can only be about data. */
const dataOperationsOf = (result: RuleResult): DataOperation[] =>
  operationsOf(result).filter((operation) => operation.kind !== 'invalidate')

interface Call {
  readonly mutationId: string
  readonly tempId: string
  begin(operations: readonly DataOperation[]): void
  succeed(answer: readonly Operation[], realId: EntityId | undefined): void
  fail(): void
}

function createCall(queryClient: QueryClient): Call {
  const mutationId = randomId()
  const tempId = `temp-${mutationId}`
  let hope: Hope | null = null
  let held: [LiveCache, Undo] | null = null

  const hold = () => (held ??= retainLiveCache(queryClient))

  return {
    mutationId,
    tempId,
    begin(operations) {
      const [{ hopes }] = hold()
      if (operations.length > 0) hope = hopes.begin(mutationId, operations)
      else hopes.noteOwn(mutationId)
    },
    succeed(answer, realId) {
      const [cache, release] = hold()
      // The echo came first and said it all: what the answer says may be older by now.
      if (hope === null || hope.echo.length === 0) {
        cache.batch((apply) => {
          for (const operation of answer) {
            const touched = new Set<Query>()
            apply(operation, ownCause('response'), touched)
            if (hope) cache.hopes.fulfil(hope, touched)
          }
        })
      }
      if (hope) {
        const real = realId === undefined ? hope.operations : withRealId(hope.operations, tempId, realId)
        cache.hopes.answered(hope, real)
      }
      release()
    },
    fail() {
      const [cache, release] = hold()
      if (hope) cache.hopes.abandon(hope)
      release()
    },
  }
}
