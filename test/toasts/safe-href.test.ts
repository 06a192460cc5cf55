import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { safeHref } from '../../src/toasts/safe-href.ts'

it.each([
  'https://example.com/goals/7?tab=a:b#c',
  'HTTP://example.com',
  'mailto:ada@example.com?subject=Goal',
  '/goals/7',
  'goals/7',
  './7',
  '../goals?at=10:30',
  '?tab=all',
  '#goal-7',
  '/a//b',
])('lets %s through', (href) => {
  expect(safeHref(href)).toBe(href)
})

it.each([
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://example.com/1',
  'file:///etc/passwd',
  'intent://scan/#Intent;end',
  '//evil.example',
  '\\\\evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'http:evil.example',
  'https:/\\evil.example',
  'https://',
  'https://[',
  'mailto:',
  '',
  '   ',
  7,
  null,
  undefined,
  { toString: () => '/goals' },
])('takes %j away', (href) => {
  expect(safeHref(href)).toBeNull()
})

it('whatever is let through is of a known scheme, and stays on the origin unless it names another', () => {
  const piece = fc.constantFrom(
    'javascript',
    'data',
    'http',
    'https',
    'mailto',
    ':',
    '/',
    '\\',
    '#',
    '?',
    '.',
    '@',
    'a',
    '\t',
    ' ',
  )
  const href = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.webUrl(),
    fc.string(),
  )
  fc.assert(
    fc.property(href, (text) => {
      const safe = safeHref(text)
      if (safe === null) return
      const url = URL.parse(safe, 'https://app.example/here')
      const isAbsolute = /^(https?:\/\/|mailto:)/i.test(safe)
      if (url === null) return
      expect(['https:', 'http:', 'mailto:']).toContain(url.protocol)
      expect(isAbsolute || url.origin === 'https://app.example').toBe(true)
    }),
    { numRuns: 3_000 },
  )
})
