// What users are sent where their sessions ask for nothing, in memory: it ends with the process. An engine keeps it for all nodes.
import type { DefaultSubscription, Engine } from './engine.ts'

/** Users remembered; those who have not changed theirs for longest give way. */
const maxSubjects = 100_000

export function createDefaults(): Pick<Engine, 'defaultOf' | 'setDefault'> {
  const bySubject = new Map<string, DefaultSubscription>()
  return {
    defaultOf: async (subject) => bySubject.get(subject) ?? null,
    async setDefault(subject, wanted) {
      bySubject.delete(subject)
      if (wanted !== null) bySubject.set(subject, wanted)
      const [oldest] = bySubject.keys()
      if (bySubject.size > maxSubjects) bySubject.delete(oldest!)
    },
  }
}
