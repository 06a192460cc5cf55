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

export function createWatch(observers: readonly HubObserver[], onError: (error: RealtimeError) => void): Watch {
  function threw(name: string, cause: unknown) {
    onError(
      new RealtimeError(
        'handler-threw',
        `${name} threw, which was taken for a no where it was asked, and changed nothing else. Mend it.`,
        { cause },
      ),
    )
  }

  function tell(run: (observer: HubObserver) => void) {
    for (const observer of observers) {
      try {
        run(observer)
      } catch (cause) {
        threw('An observer', cause)
      }
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
