'use client'
// Rows of a long feed, of which only those in sight exist. A chunk of its own: most feeds are short.
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type JSX, type ReactNode, useEffect } from 'react'

export interface VirtualRowsProps {
  scroller: HTMLElement
  count: number
  keyOf: (index: number) => string
  /** Stays, in sight or not, so that its focus is not lost. -1: none has it. */
  focusedIndex: number
  renderRow: (index: number) => ReactNode
  /** Scrolls to a row that is to get the focus. */
  onReady: (scrollTo: (index: number) => void) => void
}

const rowPx = 64

export default function VirtualRows(props: VirtualRowsProps): JSX.Element {
  const { scroller, count, keyOf, focusedIndex, renderRow, onReady } = props
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller,
    estimateSize: () => rowPx,
    getItemKey: keyOf,
    overscan: 6,
    rangeExtractor(range) {
      const inSight = defaultRangeExtractor(range)
      return focusedIndex < 0 || focusedIndex >= count || inSight.includes(focusedIndex)
        ? inSight
        : [...inSight, focusedIndex].toSorted((a, b) => a - b)
    },
  })
  useEffect(() => onReady((index) => virtualizer.scrollToIndex(index)), [onReady, virtualizer])
  return (
    <div className="lc-feed-space" style={{ blockSize: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ key, index, start }) => (
        <div
          key={key}
          ref={virtualizer.measureElement}
          data-index={index}
          className="lc-feed-place"
          style={{ transform: `translateY(${start}px)` }}
        >
          {renderRow(index)}
        </div>
      ))}
    </div>
  )
}
