// What clients published lately, by who they are and the id they gave it, so that what is sent again after a lost answer is
// done once. In memory, like the log: it ends with the process.

export interface PublishedIdsOptions<Outcome> {
  now: () => number
  /** How long an id is remembered, in ms. */
  retentionMs: number
  /** How many ids of one subject are remembered; its oldest give way, nobody else's. */
  maxPerSubject: number
  /** Whether an outcome is final. Any other is forgotten, so that the same id may be tried again. */
  isDone: (outcome: Outcome) => boolean
}

export interface PublishedIds<Outcome> {
  /** What became of this id the first time, even if that is still under way; else of `run`, which must not reject. */
  once(subject: string, id: string, run: () => Promise<Outcome>): Promise<Outcome>
  /** Ids remembered, of all subjects. */
  readonly size: number
}

interface Entry<Outcome> {
  readonly at: number
  readonly outcome: Promise<Outcome>
}

export function createPublishedIds<Outcome>(options: PublishedIdsOptions<Outcome>): PublishedIds<Outcome> {
  const { now, retentionMs, maxPerSubject, isDone } = options
  // Both keep their order of insertion, so the first entry of a subject is its oldest.
  const bySubject = new Map<string, Map<string, Entry<Outcome>>>()
  let sweptAt = now()

  function prune(subject: string, entries: Map<string, Entry<Outcome>>) {
    for (const [id, { at }] of entries) {
      if (now() - at < retentionMs && entries.size <= maxPerSubject) break
      entries.delete(id)
    }
    if (entries.size === 0) bySubject.delete(subject)
  }

  /** Subjects that publish no more are looked through too, if not each time. */
  function sweepIfDue() {
    if (now() - sweptAt < retentionMs / 10) return
    sweptAt = now()
    for (const [subject, entries] of bySubject) prune(subject, entries)
  }

  function entriesOf(subject: string): Map<string, Entry<Outcome>> {
    const entries = bySubject.get(subject) ?? new Map<string, Entry<Outcome>>()
    bySubject.set(subject, entries)
    return entries
  }

  return {
    async once(subject, id, run) {
      sweepIfDue()
      const known = bySubject.get(subject)?.get(id)
      if (known !== undefined && now() - known.at < retentionMs) return known.outcome
      const entry = { at: now(), outcome: run() }
      const entries = entriesOf(subject)
      // Anew, so that it stands last.
      entries.delete(id)
      entries.set(id, entry)
      prune(subject, entries)
      const outcome = await entry.outcome
      if (!isDone(outcome) && entries.get(id) === entry) entries.delete(id)
      return outcome
    },
    get size() {
      let size = 0
      for (const entries of bySubject.values()) size += entries.size
      return size
    },
  }
}
