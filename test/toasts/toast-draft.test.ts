import { createElement } from 'react'
import { describe, expect, it } from 'vitest'
import { draftsOf } from '../../src/toasts/toast-draft.ts'
import type { ToastResult } from '../../src/toasts/toast-rules.ts'

function check(result: unknown) {
  const problems: string[] = []
  const drafts = draftsOf(result as ToastResult, (problem) => problems.push(problem))
  return { drafts, problems }
}

describe('what a rule answers', () => {
  it('may be nothing, one, or several', () => {
    for (const nothing of [null, undefined, false, []]) expect(check(nothing)).toEqual({ drafts: [], problems: [] })
    expect(check({ title: 'a' }).drafts).toMatchObject([{ title: 'a', priority: 'normal' }])
    expect(check([{ title: 'a' }, { title: 'b', priority: 'high' }]).drafts).toHaveLength(2)
  })

  it('is plain text: markup stays text, and what is no text is left out', () => {
    const { drafts, problems } = check({ title: '<b>a</b>', description: createElement('b') })
    expect(drafts).toMatchObject([{ title: '<b>a</b>', description: undefined }])
    expect(problems).toEqual(['description'])
  })

  it.each([
    {},
    { title: '' },
    { title: ' ' },
    { title: 7 },
    { title: createElement('b') },
    'text',
    7,
    Promise.resolve(),
  ])('is nothing without a title: %o', (result) => {
    const { drafts, problems } = check(result)
    expect(drafts).toEqual([])
    expect(problems.at(-1)).toBe('title')
  })

  it('one that is wrong takes no other along', () => {
    expect(check([{ title: 7 }, { title: 'b' }]).drafts).toMatchObject([{ title: 'b' }])
  })

  it('is cut where it is too long, and not in the middle of a character', () => {
    const { drafts } = check({ title: 'x'.repeat(158) + '😀😀😀', description: 'y'.repeat(10_000) })
    expect(drafts[0]!.title).toBe(`${'x'.repeat(158)}😀…`)
    expect(drafts[0]!.description).toHaveLength(480)
  })

  it('takes an unknown priority for normal, and says so', () => {
    const { drafts, problems } = check({ title: 'a', priority: 'urgent' })
    expect(drafts[0]!.priority).toBe('normal')
    expect(problems).toEqual(['priority'])
  })

  it('loses a link that leads nowhere good, and an action that does nothing, and says so', () => {
    const { drafts, problems } = check({
      title: 'a',
      link: { href: 'javascript:alert(1)' },
      action: { label: 'Undo' },
    })
    expect(drafts).toMatchObject([{ title: 'a', link: undefined, action: undefined }])
    expect(problems).toEqual(['action', 'link'])
    const onClick = () => {}
    const good = { title: 'a', link: { href: '/goals/7' }, action: { label: 'Undo', onClick } }
    expect(check(good)).toMatchObject({ drafts: [good], problems: [] })
  })
})
