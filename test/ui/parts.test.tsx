import { render, screen } from '@testing-library/react'
import type { ComponentProps } from 'react'
import { describe, expect, it } from 'vitest'
import { type BadgeState, LiveBadge, RealtimeUiProvider, StatusTransition } from '../../src/ui/index.ts'

const badge = () => document.querySelector<HTMLElement>('[data-lc="badge"]')!

describe('parts', () => {
  it('take what the provider says, and over it what the component is given', () => {
    render(
      <RealtimeUiProvider
        parts={{
          badge: {
            classNames: { root: 'shared', word: ({ status }: BadgeState) => `is-${status}` },
            slotProps: { root: { title: 'shared', lang: 'en' } },
          },
        }}
      >
        <LiveBadge status="live" classNames={{ root: 'own' }} slotProps={{ root: { title: 'own' } }} />
        <StatusTransition status="PENDING" />
      </RealtimeUiProvider>,
    )
    expect(badge()).toHaveClass('lc-badge', 'shared', 'own')
    expect(badge()).toHaveAttribute('title', 'own')
    expect(badge()).toHaveAttribute('lang', 'en')
    expect(screen.getByText('Live')).toHaveClass('is-live')
    expect(document.querySelector('[data-lc="status"]')).not.toHaveClass('shared')
  })

  it('are replaced by elements and components of the app, which get the same props', () => {
    const Loud = (props: ComponentProps<'b'>) => <b data-loud="" {...props} />
    render(<LiveBadge status="live" slots={{ word: Loud, root: 'em' }} />)
    expect(badge().tagName).toBe('EM')
    expect(badge().dataset['status']).toBe('live')
    const word = screen.getByText('Live')
    expect(word.tagName).toBe('B')
    expect(word.dataset).toMatchObject({ loud: '', part: 'word' })
  })

  it('go unstyled for a component, for all of a kind, or for everything', () => {
    const { rerender } = render(<LiveBadge status="live" unstyled />)
    expect(badge()).not.toHaveClass('lc-badge')
    rerender(
      <RealtimeUiProvider parts={{ badge: { unstyled: true } }}>
        <LiveBadge status="live" />
        <StatusTransition status="PENDING" />
      </RealtimeUiProvider>,
    )
    expect(badge()).not.toHaveClass('lc-badge')
    expect(document.querySelector('[data-lc="status"]')).toHaveClass('lc-status')
    rerender(
      <RealtimeUiProvider unstyled>
        <LiveBadge status="live" unstyled={false} />
        <StatusTransition status="PENDING" />
      </RealtimeUiProvider>,
    )
    expect(badge()).toHaveClass('lc-badge')
    expect(document.querySelector('[data-lc="status"]')).not.toHaveClass('lc-status')
  })

  it('of nested providers take the nearest one, setting by setting', () => {
    render(
      <RealtimeUiProvider labels={{ badge: { status: { live: 'Direkt' } } }} unstyled>
        <RealtimeUiProvider unstyled={false}>
          <LiveBadge status="live" />
        </RealtimeUiProvider>
      </RealtimeUiProvider>,
    )
    expect(badge()).toHaveTextContent('Direkt')
    expect(badge()).toHaveClass('lc-badge')
  })

  it('take the glyphs of the provider, and over them those of the component', () => {
    render(
      <RealtimeUiProvider icons={{ waves: <i data-testid="shared" />, clock: <i data-testid="shared" /> }}>
        <LiveBadge status="live" icons={{ waves: <i data-testid="own" /> }} />
        <StatusTransition status="PENDING" />
      </RealtimeUiProvider>,
    )
    expect(screen.getAllByTestId('own')).toHaveLength(1)
    expect(screen.getAllByTestId('shared')).toHaveLength(1)
  })

  it('keep the class of the app beside ours', () => {
    render(<LiveBadge status="live" className="mine" slotProps={{ root: { className: 'theirs' } }} />)
    expect(badge().className.split(' ').toSorted()).toEqual(['lc-badge', 'mine', 'theirs'])
  })
})
