// Finds the queries that a target names without looking through all of them: keys are kept as a tree of their segments.
import { matchQuery, type Query, type QueryCache } from '@tanstack/react-query'
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

  function add(query: Query) {
    let node = root
    for (const segment of query.queryKey) {
      const branch = branchOf(segment)
      const child = node.children.get(branch) ?? newNode()
      node.children.set(branch, child)
      node = child
    }
    node.queries.add(query)
  }

  function remove(query: Query) {
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
      let node: Node | undefined = root
      for (const segment of filters.queryKey) {
        node = node.children.get(branchOf(segment))
        if (node === undefined) return []
      }
      const found: Query[] = []
      collect(node, filters.exact === true, (query) => matchQuery(filters, query) && found.push(query))
      return found
    },
    names: (target, query) => matchQuery(filtersOf(target), query),
    dispose,
  }
}

function collect({ queries, children }: Node, isExact: boolean, visit: (query: Query) => void) {
  for (const query of queries) visit(query)
  if (!isExact) for (const child of children.values()) collect(child, false, visit)
}
