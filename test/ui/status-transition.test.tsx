import { act, render } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { ar, RealtimeUiProvider, StatusTransition } from '../../src/ui/index.ts'
import { toneOfStatus } from '../../src/ui/status-tones.ts'

const status = () => document.querySelector<HTMLElement>('[data-lc="status"]')!
const previous = () => status().querySelector<HTMLElement>('[data-part="previous"]')

/** Whatever leaves is animated until the returned function is called. */
function animate(): () => Promise<void> {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  HTMLElement.prototype.getAnimations = () => [{ finished } as unknown as Animation]
  return () =>
    act(async () => {
      Reflect.deleteProperty(HTMLElement.prototype, 'getAnimations')
      finish()
      await finished
    })
}

describe('a status', () => {
  it('gives way to the next, whose word is there at once; the old one is heard by nobody', async () => {
    const { rerender } = render(<StatusTransition status="PENDING" />)
    expect(status()).toHaveTextContent('Pending')
    const end = animate()
    rerender(<StatusTransition status="SUCCESS" />)
    expect(status().querySelector('[data-part="current"]')).toHaveTextContent('Success')
    expect(previous()).toHaveTextContent('Pending')
    expect(previous()).toHaveAttribute('aria-hidden', 'true')
    await end()
    expect(previous()).toBeNull()
    expect(status()).toHaveTextContent(/^Success$/)
  })

  it('changes at once where nothing moves', () => {
    const { rerender } = render(<StatusTransition status="PENDING" />)
    rerender(<StatusTransition status="FAILED" />)
    expect(status()).toHaveTextContent(/^Failed$/)
    expect(status().dataset).toMatchObject({ status: 'FAILED', tone: 'bad' })
  })

  it('shows the newest of several that come while one still leaves', async () => {
    const { rerender } = render(<StatusTransition status="requested" />)
    const end = animate()
    rerender(<StatusTransition status="confirmed" />)
    rerender(<StatusTransition status="checked-in" />)
    expect(status().querySelector('[data-part="current"]')).toHaveTextContent('Checked in')
    expect(previous()).toHaveTextContent('Confirmed')
    await end()
    expect(status()).toHaveTextContent(/^Checked in$/)
  })

  it.each([
    ['IN_PROGRESS', 'In progress', 'working'],
    ['inProgress', 'In progress', 'working'],
    ['checked-in', 'Checked in', 'good'],
    ['REVERSED', 'Reversed', 'off'],
    ['at risk', 'At risk', 'working'],
    ['FROZEN', 'Frozen', 'bad'],
  ])('reads %s as %s, in tone %s', (name, word, tone) => {
    render(<StatusTransition status={name} />)
    expect(status()).toHaveTextContent(word)
    expect(status().dataset['tone']).toBe(tone)
    expect(toneOfStatus(name)).toBe(tone)
  })

  it('takes its tone and words from the app, and its language from the provider', () => {
    render(<StatusTransition status="odd" tone="good" labels={{ odd: 'Quite odd' }} />)
    expect(status()).toHaveTextContent('Quite odd')
    expect(status().dataset['tone']).toBe('good')
  })

  it('speaks Arabic', () => {
    render(
      <RealtimeUiProvider labels={ar}>
        <StatusTransition status="PENDING" />
      </RealtimeUiProvider>,
    )
    expect(status()).toHaveTextContent('قيد الانتظار')
  })
})
