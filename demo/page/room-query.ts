// A query of a room: read from the API, and compared with it when the verdict is asked for (verdict.ts).
import { queryOptions, type QueryFunctionContext } from '@tanstack/react-query'
import { asOf } from 'livecache'
import { callApi } from './api.ts'

/** Notes how new the answer is, so that events which overtook it are put on top of it, and no others. @param path behind `/api` */
export const read = <Answer>(path: string, context: QueryFunctionContext): Promise<Answer> =>
  callApi<Answer>('GET', path, { signal: context.signal, onResponse: (response) => asOf(context, response) })

/**
 * @param queryKey `['workspace', room, …]`
 * @param path behind `/api`: what it answers is what the query holds
 */
export const roomQuery = <Answer>(queryKey: readonly ['workspace', ...unknown[]], path: string) =>
  queryOptions({ queryKey, queryFn: (context) => read<Answer>(path, context), meta: { path } })
