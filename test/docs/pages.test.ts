// The tour, the concepts, the recipes and the backends: what a stranger copies from them compiles against what is public.
import { describe, expect, it } from 'vitest'
import { complaintsAboutPages, filesOf, ownPages } from './compile-pages.ts'

/** They tell the hooks which events there are, and would tell those of the other pages too. */
const registers = ownPages.filter((page) => filesOf(page).some(({ code }) => code.includes('interface Register')))

describe('the pages', () => {
  it('show TypeScript that compiles', () => {
    expect(complaintsAboutPages(ownPages.filter((page) => !registers.includes(page)))).toBe('')
  }, 60_000)

  it.each(registers)(
    '%s shows TypeScript that compiles, its events registered',
    (page) => {
      expect(complaintsAboutPages([page])).toBe('')
    },
    60_000,
  )

  it('have code, each but that of comparison', () => {
    expect(ownPages.filter((page) => filesOf(page).length === 0)).toEqual(['docs/comparison.md'])
  })
})
