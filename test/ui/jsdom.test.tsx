import { fireEvent, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { RealtimeIndicator } from '../../src/ui/index.ts'
import { pass, renderApp } from '../react/app.tsx'

it('ALL-3 needs nothing that jsdom lacks: no popover, no media query', async () => {
  const { prototype } = HTMLElement
  expect(['showPopover', 'hidePopover', 'ariaNotify', 'getAnimations'].filter((name) => name in prototype)).toEqual([])
  expect(typeof globalThis.matchMedia).toBe('undefined')
  vi.useFakeTimers()
  renderApp(<RealtimeIndicator variant="dot" />)
  await pass(2_000)
  fireEvent.click(screen.getByRole('button', { name: 'Realtime: Connected' }))
  expect(screen.getByRole('dialog', { name: 'Realtime: Connected' })).toBeVisible()
  vi.useRealTimers()
})
