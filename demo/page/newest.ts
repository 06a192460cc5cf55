// Of two copies of an entity the newer one is kept, whichever way it came: answered to a mutation, or told by an event.
import type { Entity } from '../shared/entities.ts'

export function newest<Known extends Entity>(entity: Known): (known: Known) => Known {
  return (known) => (known.version >= entity.version ? known : entity)
}

/** The list with the entity in it; the very same list where it holds one as new. */
export function withNewest<Known extends Entity>(
  list: readonly Known[],
  entity: Known,
  at: 'start' | 'end',
): readonly Known[] {
  const index = list.findIndex(({ id }) => id === entity.id)
  if (index === -1) return at === 'start' ? [entity, ...list] : [...list, entity]
  const kept = newest(entity)(list[index]!)
  return kept === list[index] ? list : list.with(index, kept)
}
