// What was found, by topic, and what it comes to. How it is shown is print.ts.
import { asText, type Redact } from './redact.ts'

/** In the order they are shown. */
export const topics = {
  connection: 'Connection',
  'sign-in': 'Sign-in',
  session: 'Session',
  heartbeat: 'Heartbeat',
  events: 'Events',
  resume: 'Resume',
  sse: 'Event stream (SSE)',
  polling: 'Polling',
  closings: 'Links the server closed',
} as const

export type Topic = keyof typeof topics

/** `warning`: it works, and will hurt one day. `problem`: clients suffer. `skipped`: not tried, and why. */
export type Level = 'ok' | 'note' | 'warning' | 'problem' | 'skipped'

export interface Advice {
  /** What comes of it for an app. */
  readonly means?: string
  /** What to do. */
  readonly change?: string
  /** Where to read more: a page of this package. */
  readonly see?: string
}

export interface Finding extends Advice {
  readonly topic: Topic
  /** The same for the same finding in each run, such as `upgrade`; no two of a topic share it but for events of several types. */
  readonly id: string
  readonly level: Level
  readonly text: string
}

export type Say = (level: Level, id: string, text: string, advice?: Advice) => void

export interface Report {
  readonly findings: readonly Finding[]
  about(topic: Topic): Say
  /** Nothing more comes of this topic. */
  done(topic: Topic): void
  /** Whether all of a topic is known. */
  isDone(topic: Topic): boolean
  /** Told of each topic that is done. */
  onDone: (() => void) | null
  /** Nothing more is taken: what comes now is only the fall of what was cut off. @param why a sentence; null where all was tried */
  end(why: string | null): void
  /** The rest can't be tried, because of this. @param isNowhere there is no server that could have problems */
  giveUp(why: string, isNowhere?: boolean): void
  /** Why something could not be tried; null where all was. */
  readonly untried: string | null
  /** 0 fine, 1 problems, 2 it could not be tried. */
  readonly exitCode: 0 | 1 | 2
}

export function createReport(redact: Redact): Report {
  const findings: Finding[] = []
  const finished = new Set<Topic>()
  const clean = (text: string) => asText(redact(text))
  let isEnded = false
  let untried: string | null = null
  let isNowhere = false

  const report: Report = {
    findings,
    onDone: null,
    about:
      (topic) =>
      (level, id, text, advice = {}) => {
        if (isEnded) return
        const cleaned = Object.entries(advice).map(([key, value]) => [key, clean(value as string)])
        findings.push({ topic, id, level, text: clean(text), ...(Object.fromEntries(cleaned) as Advice) })
      },
    done(topic) {
      if (isEnded) return
      finished.add(topic)
      report.onDone?.()
    },
    isDone: (topic) => finished.has(topic),
    end(why) {
      if (isEnded) return
      isEnded = true
      untried ??= why
    },
    giveUp(why, nowhere = false) {
      if (isEnded) return
      untried = why
      isNowhere = nowhere
    },
    get untried() {
      return untried
    },
    get exitCode() {
      if (isNowhere) return 2
      if (findings.some(({ level }) => level === 'problem')) return 1
      return untried === null ? 0 : 2
    },
  }
  return report
}
