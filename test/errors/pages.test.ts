// What a stranger copies from the pages about errors compiles against what is public.
import { expect, it } from 'vitest'
import { complaintsAboutPages, filesOf } from '../docs/compile-pages.ts'

it('the pages about errors show TypeScript that compiles', () => {
  expect(filesOf('docs/errors.md').length).toBeGreaterThan(8)
  expect(complaintsAboutPages(['docs/errors.md', 'docs/troubleshooting.md'])).toBe('')
}, 60_000)
