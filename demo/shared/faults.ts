// What the host says about the faults it was asked for. The page polls it at /demo/status.

export interface FaultStatus {
  server:
    | { name: 'starting' }
    | { name: 'up' }
    /** Killed. `backInMs` from now a new process starts. */
    | { name: 'stopped'; backInMs: number }
  teammate: { on: boolean }
  /** Of the page that asks. */
  network: { cut: boolean }
}
