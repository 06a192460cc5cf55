// Round trips measured lately: asked and answered on the same link, by this machine's clock.

export interface Latency {
  add(ms: number): void
  /** The value below which this share of the last 100 round trips lies, in ms; null before the first. @param share 0.5 is the median */
  percentile(share: number): number | null
  clear(): void
}

export function createLatency(maxSamples = 100): Latency {
  let samples: number[] = []
  return {
    add(ms) {
      // A clock that was set back says nothing about the link.
      if (ms >= 0) samples = [...samples, ms].slice(-maxSamples)
    },
    percentile(share) {
      const sorted = samples.toSorted((a, b) => a - b)
      return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
    },
    clear: () => void (samples = []),
  }
}
