// What the app is told of links that a server or a browser ended for a reason of ours, and how often. What follows for the link
// is recovery.ts.
import { RealtimeError } from '../base/errors.ts'

export interface FaultReports {
  /** A link ended. @param reportAfter how many such ends in a row are told; undefined where it is nobody's fault */
  ended(reportAfter: number | undefined, reason: string): void
  /** The server would not take a frame of ours, and nobody knows whose it was. */
  blamed(reason: string): void
  /** A server said `welcome` where it had not named itself before. */
  lostHeader(): void
  /** The browser would not open this transport. */
  forbidden(index: number, error: RealtimeError): void
  /** A link has held: what comes now is told again. */
  settled(): void
}

export function createFaultReports(onError: (error: RealtimeError) => void): FaultReports {
  let inARow = 0
  let isBlameTold = false
  const forbidden = new Set<number>()

  const report = (text: string) => onError(new RealtimeError('protocol-fault', text))

  return {
    ended(reportAfter, reason) {
      inARow = reportAfter === undefined ? 0 : inARow + 1
      if (inARow === reportAfter)
        report(
          `The server ended ${reportAfter} links in a row because of what was said on them (${reason}), so nothing arrives. Something between the two changes the frames, or one side is of another version.`,
        )
    },
    blamed(reason) {
      // Once, until a link has held: what we ask for may be what it cannot take.
      if (isBlameTold) return
      isBlameTold = true
      report(
        `The server ended the link because of a frame of this client (${reason}). If it goes on, ask for less: fewer filters, events or streams in one subscription.`,
      )
    },
    lostHeader() {
      // It sends its events only to who resumes, and nothing can be said to a server that did not name itself.
      report(
        'The server speaks realtime.v1, but its answer came without the header "livecache-protocol", so it is taken for a plain one and will send nothing. Let the proxy pass that header, and CORS expose it.',
      )
    },
    forbidden(index, error) {
      // Pages do not change their minds.
      if (!forbidden.has(index)) onError(error)
      forbidden.add(index)
    },
    settled() {
      inARow = 0
      isBlameTold = false
    },
  }
}
