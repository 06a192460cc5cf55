// Names of streams by their first segment: what an index of them is kept by.
import { isPattern } from '../protocol/filter.ts'

/** `tenant` of `tenant:3`, `*` of `*:3`. */
export function headOf(stream: string): string {
  const end = stream.indexOf(':')
  return end === -1 ? stream : stream.slice(0, end)
}

/** Where streams are found that these names and patterns may mean: names as they are, patterns by their first segments. */
export function sortNames(streams: readonly string[]): { names: readonly string[]; heads: readonly string[] } {
  const heads = new Set(streams.filter(isPattern).map(headOf))
  return { names: streams.filter((stream) => !isPattern(stream)), heads: heads.has('*') ? ['*'] : [...heads] }
}
