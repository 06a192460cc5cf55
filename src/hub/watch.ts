// Telling those who watch a hub. One of them that throws is reported, and keeps nothing from happening.
import { RealtimeError } from '../base/errors.ts'
import type { HubObserver } from './observer.ts'
import type { SessionEvents } from './session-port.ts'

export interface Watch {
  session: NonNullable<HubObserver['session']>
  resumed: NonNullable<HubObserver['resumed']>
  delivered: NonNullable<HubObserver['delivered']>
  large: NonNullable<HubObserver['large']>
  refused: NonNullable<HubObserver['refused']>
  logBegan: NonNullable<HubObserver['logBegan']>
  threw: SessionEvents['threw']
}

type OnError = (error: RealtimeError) => void

/** `onError` as it may be called from anywhere: where it throws or rejects, both are printed, and nobody else is concerned. */
export function carefully(onError: OnError): OnError {
  return (error) => {
    const failed = (cause: unknown) => console.error(error, 'onError could not take this, since it threw:', cause)
    attempt(() => onError(error), failed)
  }
}

/** Calls a function of the app, which may be async though its type says nothing of it: a rejection would end the process. */
function attempt(run: () => unknown, failed: (cause: unknown) => void) {
  try {
    const answer = run()
    if (answer instanceof Promise) answer.catch(failed)
  } catch (cause) {
    failed(cause)
  }
}

export function createWatch(observers: readonly HubObserver[], onError: OnError): Watch {
  function threw(name: string, cause: unknown) {
    onError(
      new RealtimeError(
        'handler-threw',
        `${name} threw, which was taken for a no where it was asked, and changed nothing else. Mend it.`,
        { cause },
      ),
    )
  }

  function tell(run: (observer: HubObserver) => unknown) {
    for (const observer of observers) {
      attempt(
        () => run(observer),
        (cause) => threw('An observer', cause),
      )
    }
  }

  return {
    session: (info, ended) => tell((observer) => observer.session?.(info, ended)),
    resumed: (info, about) => tell((observer) => observer.resumed?.(info, about)),
    delivered: (event, about) => tell((observer) => observer.delivered?.(event, about)),
    large: (event, bytes) => tell((observer) => observer.large?.(event, bytes)),
    refused: (about) => tell((observer) => observer.refused?.(about)),
    logBegan: (epoch) => tell((observer) => observer.logBegan?.(epoch)),
    threw,
  }
}
