// Code of the app that the client calls: what it throws is reported with its name and stops nobody else.
import { RealtimeError } from '../base/errors.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { EventsListener } from './subscriptions.ts'

/** @param what names who threw, for a sentence that goes on with "threw" */
export type ReportThrown = (what: string) => (cause: unknown) => void

export const reportThrownTo =
  (onError: (error: RealtimeError) => void): ReportThrown =>
  (what) =>
  (cause) =>
    onError(
      cause instanceof RealtimeError
        ? cause
        : new RealtimeError('handler-threw', `${what} threw. The others were served; mend it, or catch inside it.`, {
            cause,
          }),
    )

/** Calls the handler for each event, also for those after one on which it threw. */
export function handlerAsListener(
  events: readonly string[],
  handler: (event: RealtimeEvent) => void,
  report: ReportThrown,
): EventsListener {
  return (batch) => {
    for (const event of batch) {
      const failed = report(`A handler of ${events.join(', ')}, on event ${event.id ?? event.type},`)
      try {
        // It may be an async function, though its type does not say so.
        const result: unknown = handler(event)
        if (result instanceof Promise) result.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  }
}
