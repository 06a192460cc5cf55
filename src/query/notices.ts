// What is told once, in development: things that work, and probably not as they were meant.
import { nearestTo } from '../base/nearest.ts'
import { inDevelopment, notice } from '../base/notice.ts'
import { matchesEventType } from '../protocol/filter.ts'

/** No rule takes events of this type. @param wanted the types and patterns that anything listens to, handlers too */
export function noteUnmatched(type: string, wanted: () => readonly string[]): void {
  inDevelopment(() => {
    const names = wanted()
    if (names.some((name) => matchesEventType(name, type))) return
    const [nearest] = nearestTo(type, names)
    const hint = nearest !== undefined && nearest.likeness >= 0.6 ? ` Did you mean "${nearest.name}" to?` : ''
    notice(
      `no rule takes events of type "${type}".${hint} If that is meant, say so: rules: { '${type}': ignore }. (livecache/docs/troubleshooting.md#nothing-changes)`,
    )
  })
}

/** Events were lost, and nothing says which queries they concern. */
export function noteUnbound(): void {
  inDevelopment(() =>
    notice(
      'events were missed, and nothing says which queries they concern, so all of them are fetched again. Name them: streams: { "tenant:*": [["goals"]] }. (livecache/docs/troubleshooting.md#everything-is-fetched-again)',
    ),
  )
}
