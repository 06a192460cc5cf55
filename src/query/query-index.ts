// Finds the queries that a target names without looking through all of them: keys are kept as a tree of their segments.
import { hashKey, matchQuery, type Query, type QueryCache, type QueryKey } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { filtersOf, type Target } from './targets.ts'

export interface QueryIndex {
  find(target: Target): readonly Query[]
  /** Whether the target names this query. */
  names(target: Target, query: Query): boolean
  dispose: Undo
}

interface Node {
  /** Queries whose key ends here. */
  readonly queries: Set<Query>
  readonly children: Map<unknown, Node>
}

/** Objects and arrays are compared by what they hold, so they share one branch that is looked through. */
const objects = Symbol('objects')
const branchOf = (segment: unknown): unknown => (typeof segment === 'object' && segment !== null ? objects : segment)
const newNode = (): Node => ({ queries: new Set(), children: new Map() })

export function createQueryIndex(cache: QueryCache): QueryIndex {
  const root = newNode()
  /** Queries with a hash of their own making. */
  const hashedAnew = new Set<Query>()

  function add(query: Query) {
    if (query.queryHash !== usualHash(query.queryKey)) hashedAnew.add(query)
    let node = root
    for (const segment of query.queryKey) {
      const branch = branchOf(segment)
      const child = node.children.get(branch) ?? newNode()
      node.children.set(branch, child)
      node = child
    }
    node.queries.add(query)
  }

  /** What may be meant by a whole key: equal are keys whose hashes are. */
  function* withHash(queryKey: QueryKey) {
    const hash = usualHash(queryKey)
    const usual = hash === undefined ? undefined : cache.get(hash)
    if (usual !== undefined && !hashedAnew.has(usual)) yield usual
    yield* hashedAnew
  }

  function remove(query: Query) {
    hashedAnew.delete(query)
    const path: { parent: Node; branch: unknown; node: Node }[] = []
    let node = root
    for (const segment of query.queryKey) {
      const branch = branchOf(segment)
      const child = node.children.get(branch)
      if (child === undefined) return
      path.push({ parent: node, branch, node: child })
      node = child
    }
    node.queries.delete(query)
    for (const step of path.toReversed()) {
      if (step.node.queries.size > 0 || step.node.children.size > 0) return
      step.parent.children.delete(step.branch)
    }
  }

  for (const query of cache.getAll()) add(query)
  const dispose = cache.subscribe(({ type, query }) => {
    if (type === 'added') add(query)
    else if (type === 'removed') remove(query)
  })

  return {
    find(target) {
      const filters = filtersOf(target)
      if (filters.queryKey === undefined) return cache.findAll(filters)
      if (filters.exact) return [...withHash(filters.queryKey)].filter((query) => matchQuery(filters, query))
      let node: Node | undefined = root
      for (const segment of filters.queryKey) {
        node = node.children.get(branchOf(segment))
        if (node === undefined) return []
      }
      const found: Query[] = []
      collect(node, (query) => matchQuery(filters, query) && found.push(query))
      return found
    },
    names: (target, query) => matchQuery(filtersOf(target), query),
    dispose,
  }
}

/** Undefined where only a hash of one's own can be made, as of a bigint. */
function usualHash(queryKey: QueryKey): string | undefined {
  try {
    return hashKey(queryKey)
  } catch {
    return undefined
  }
}

function collect({ queries, children }: Node, visit: (query: Query) => void) {
  for (const query of queries) visit(query)
  for (const child of children.values()) collect(child, visit)
}
