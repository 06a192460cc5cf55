import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveCard, type MeasureReading, MeasureSparkline, WidgetFrame } from '../../src/goals/index.ts'
import { bounded, entriesOf, newestFirst } from '../../src/goals/activity-pages.ts'
import { heldFeed } from '../../src/goals/held-feed.ts'
import { pass, renderApp } from '../react/app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const readings = (...values: number[]): MeasureReading[] =>
  values.map((value, index) => ({ id: index, measureId: 'm', value, at: index }))

describe('the sparkline', () => {
  it('says in words what it draws, and the zone of the last reading', () => {
    render(<MeasureSparkline name="Speed" readings={readings(4, 9, 6)} thresholds={{ green: 8, amber: 5 }} />)
    const image = screen.getByRole('img')
    expect(image).toHaveAccessibleName('Speed: latest 6, lowest 4, highest 9. Close to target')
    expect(image.dataset['zone']).toBe('amber')
    expect(image.querySelector('polyline')!.getAttribute('points')!.split(' ')).toHaveLength(3)
  })

  it('has a shape per zone', () => {
    const shapes = (['green', 'amber', 'red'] as const).map((zone) => {
      const { container, unmount } = render(<MeasureSparkline name="x" readings={[{ ...readings(1)[0]!, zone }]} />)
      const { tagName } = container.querySelector('[data-part="mark"]')!
      unmount()
      return tagName
    })
    expect(new Set(shapes).size).toBe(3)
  })

  it('draws one reading, equal ones, and nothing where there is none', () => {
    const { container, rerender } = render(<MeasureSparkline name="x" readings={readings(5)} />)
    expect(container.querySelector('polyline')!.getAttribute('points')).not.toMatch(/NaN/)
    rerender(<MeasureSparkline name="x" readings={readings(5, 5, 5)} />)
    expect(container.querySelector('polyline')!.getAttribute('points')).not.toMatch(/NaN/)
    rerender(<MeasureSparkline name="x" readings={[]} />)
    expect(container).toBeEmptyDOMElement()
  })
})

describe('the widget frame', () => {
  it('is a named region whose badge tells of its query', async () => {
    renderApp(
      <WidgetFrame title="Cash" queryKey={['cash']}>
        1,200
      </WidgetFrame>,
    )
    await pass(3_000)
    expect(screen.getByRole('region', { name: 'Cash' })).toHaveTextContent(/Cash.*Stale.*1,200/)
  })
})

describe('a card', () => {
  it('marks itself when what it shows has changed', () => {
    const card = (version: number) => (
      <QueryClientProvider client={new QueryClient()}>
        <LiveCard as="li" version={version}>
          {version}
        </LiveCard>
      </QueryClientProvider>
    )
    const { container, rerender } = render(card(1))
    expect(container.querySelector('li')).not.toHaveAttribute('data-new')
    rerender(card(2))
    expect(container.querySelector('li')).toHaveAttribute('data-new')
  })
})

describe('the pages of a feed', () => {
  const entry = (id: number) => ({ id, goalId: 1, kind: 'k', text: String(id), createdAt: id })
  const page = (...ids: number[]) => ({ items: ids.map(entry), nextCursor: ids.at(-1) })
  const data = { pages: [page(9, 8, 7), page(6, 5, 4), page(3, 2, 1)], pageParams: [undefined, 7, 4] }

  it.each([
    [9, [3, 3, 3]],
    [6, [3, 3]],
    [5, [3, 2]],
    [2, [2]],
  ])('are cut to %i entries, and the next page begins at the last of them', (max, expected) => {
    const cut = bounded(data, max, ({ id }) => id)
    expect(cut.pages.map(({ items }) => items.length)).toEqual(expected)
    expect(cut.pageParams).toHaveLength(expected.length)
    expect(cut.pages.at(-1)!.nextCursor).toBe(cut.pages.at(-1)!.items.at(-1)!.id)
    expect(bounded(cut, max, ({ id }) => id)).toBe(cut)
  })

  it('hold each entry once, newest first, whatever overlaps', () => {
    const overlapping = { pages: [page(9, 7), page(8, 7, 6)], pageParams: [undefined, 7] }
    expect(entriesOf(overlapping, null).map(({ id }) => id)).toEqual([9, 8, 7, 6])
    expect([entry(1), entry(3), entry(2)].toSorted(newestFirst).map(({ id }) => id)).toEqual([3, 2, 1])
  })
})

describe('rows that are held', () => {
  const entry = (id: number) => ({ id, goalId: 1, kind: 'k', text: String(id), createdAt: id })
  const split = (...ids: number[]) => {
    const { shown, waiting } = heldFeed(ids.map(entry), new Set(['6', '4', '2']))
    return [shown.map(({ id }) => id), waiting.map(({ id }) => id)]
  }

  it('stay as they are, whatever comes above or late between them; what is older comes by paging', () => {
    expect(split(6, 4, 2)).toEqual([[6, 4, 2], []])
    expect(split(8, 6, 4, 2)).toEqual([[6, 4, 2], [8]])
    expect(split(8, 6, 5, 4, 2)).toEqual([
      [6, 4, 2],
      [8, 5],
    ])
    expect(split(6, 4, 2, 1)).toEqual([[6, 4, 2, 1], []])
  })

  it('give way where none of them is left', () => {
    expect(split(9, 8)).toEqual([[9, 8], []])
  })
})
