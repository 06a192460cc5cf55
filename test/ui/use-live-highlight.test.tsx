import { useQuery } from '@tanstack/react-query'
import { act, render } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useLiveHighlight, type UseLiveHighlightOptions } from '../../src/ui/index.ts'
import { pass, renderApp } from '../react/app.tsx'
import { spoken, startListening } from './spoken.ts'

beforeEach(() => {
  vi.useFakeTimers()
  startListening()
})
afterEach(() => void vi.useRealTimers())

function Row({ version, options }: { version: number; options?: UseLiveHighlightOptions }) {
  const { props, mark } = useLiveHighlight(version, options)
  return (
    <p {...props}>
      row {version} {mark}
    </p>
  )
}

const row = () => document.querySelector<HTMLElement>('[data-lc="highlight"]')!
const show = (version: number, options?: UseLiveHighlightOptions) => (
  <Row version={version} {...(options && { options })} />
)

describe('a highlight', () => {
  it('marks what has changed, in the very frame that shows it, and not what is there at first', async () => {
    const { rerender } = renderApp(show(1))
    expect(row()).not.toHaveAttribute('data-new')
    rerender(show(2))
    expect(row()).toHaveAttribute('data-new')
    expect(row()).toHaveTextContent('row 2 New')
    await pass(1_599)
    expect(row()).toHaveAttribute('data-new')
    await pass(1)
    expect(row()).not.toHaveAttribute('data-new')
    expect(row()).toHaveTextContent(/^row 2$/)
  })

  it('marks a row that has just come from the start, where it is told so', async () => {
    const { rerender } = renderApp(show(1, { isNew: true }))
    expect(row()).toHaveAttribute('data-new')
    await pass(1_600)
    expect(row()).not.toHaveAttribute('data-new')
    rerender(show(2, { isNew: true }))
    expect(row()).toHaveAttribute('data-new')
  })

  it('begins anew with a change within the time of the last one', async () => {
    const { rerender } = renderApp(show(1))
    rerender(show(2))
    const first = row().dataset['new']
    await pass(1_000)
    rerender(show(3))
    expect(row().dataset['new']).not.toBe(first)
    await pass(1_500)
    expect(row()).toHaveAttribute('data-new')
    await pass(200)
    expect(row()).not.toHaveAttribute('data-new')
  })

  it('lasts as long as asked for, 5 s at most', async () => {
    const { rerender } = renderApp(show(1, { durationMs: 60_000 }))
    rerender(show(2, { durationMs: 60_000 }))
    await pass(4_999)
    expect(row()).toHaveAttribute('data-new')
    await pass(1)
    expect(row()).not.toHaveAttribute('data-new')
  })

  it('watches the data of a query, by a key written inline', async () => {
    function Card() {
      const { data } = useQuery({ queryKey: ['goals', 1], queryFn: () => ({ name: 'Sail' }) })
      const { props, mark } = useLiveHighlight(['goals', 1])
      return (
        <p {...props}>
          {data?.name} {mark}
        </p>
      )
    }
    const { queryClient } = renderApp(<Card />)
    await pass(100)
    expect(row()).toHaveTextContent(/^Sail$/)
    act(() => void queryClient.setQueryData(['goals', 2], { name: 'other' }))
    await pass(10)
    expect(row()).not.toHaveAttribute('data-new')
    act(() => void queryClient.setQueryData(['goals', 1], { name: 'Sail far' }))
    await pass(10)
    expect(row()).toHaveAttribute('data-new')
    expect(row()).toHaveTextContent('Sail far New')
  })

  it('says nothing by itself, and leaves no timer behind', () => {
    const { rerender, unmount } = renderApp(<StrictMode>{show(1)}</StrictMode>)
    rerender(<StrictMode>{show(2)}</StrictMode>)
    expect(spoken()).toEqual([])
    unmount()
    render(null)
    expect(document.querySelector('[data-new]')).toBeNull()
  })
})
