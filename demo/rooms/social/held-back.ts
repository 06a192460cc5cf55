// What has come since one began to read waits until it is asked for, so that nothing moves under the eyes.
import { useState } from 'react'

export interface HeldBack<Item> {
  visible: readonly Item[]
  held: readonly Item[]
  release(): void
}

/** @param isOwn shown at once */
export function useHeldBack<Item extends { readonly id: string }>(
  items: readonly Item[],
  isOwn: (item: Item) => boolean,
): HeldBack<Item> {
  const [known, setKnown] = useState<ReadonlySet<string>>(() => idsOf(items))
  const isVisible = (item: Item) => known.has(item.id) || isOwn(item)
  return {
    visible: items.filter(isVisible),
    held: items.filter((item) => !isVisible(item)),
    release: () => setKnown(idsOf(items)),
  }
}

const idsOf = (items: readonly { readonly id: string }[]) => new Set(items.map(({ id }) => id))
