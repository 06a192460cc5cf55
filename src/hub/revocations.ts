// Whose access was revoked while the app was being asked about it: what it answers may be from before, so it has to be asked again.

export interface Revocations {
  add(subject: string): void
  /** To be called before the app is asked. What it returns is to be called once, with its answer: was this one revoked since? */
  watch(): (subject?: string) => boolean
}

/** Remembers those alone that somebody may still ask about. */
export function createRevocations(): Revocations {
  /** When each was asked, oldest first. */
  const watching = new Set<number>()
  /** When each subject was revoked, oldest first. */
  const revokedAt = new Map<string, number>()
  let now = 0

  function forget() {
    const [oldest = Infinity] = watching
    for (const [subject, at] of revokedAt) {
      if (at > oldest) return
      revokedAt.delete(subject)
    }
  }

  return {
    add(subject) {
      revokedAt.delete(subject)
      revokedAt.set(subject, ++now)
      forget()
    },
    watch() {
      const since = ++now
      watching.add(since)
      return (subject = '') => {
        const wasRevoked = (revokedAt.get(subject) ?? 0) > since
        watching.delete(since)
        forget()
        return wasRevoked
      }
    },
  }
}
