'use client'
import { useEffect, useMemo } from 'react'
import { type QuietHours, quietHours } from './quiet-hours.ts'

const never = () => false

/**
 * Whether some of these hours are on. Those that cannot be kept are said with console.error and left out: they come from people's
 * settings, and a page must not break over a time zone its browser does not know.
 */
export function useQuietHours(hours: QuietHours | readonly QuietHours[] | null | undefined): (at: number) => boolean {
  // By value: they are written inline.
  const key = JSON.stringify([hours ?? []].flat())
  const { isQuiet, problems } = useMemo(() => checked(JSON.parse(key) as QuietHours[]), [key])
  useEffect(() => {
    for (const problem of problems) console.error(problem)
  }, [problems])
  return isQuiet
}

function checked(hours: readonly QuietHours[]) {
  const problems: unknown[] = []
  const kept = hours.map((one) => {
    try {
      return quietHours(one)
    } catch (problem) {
      problems.push(problem)
      return never
    }
  })
  return { isQuiet: (at: number) => kept.some((isOn) => isOn(at)), problems }
}
