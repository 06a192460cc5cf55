import { describe, expect, it } from 'vitest'
import { invalidate } from '../../src/query/index.ts'
import { indexRules, operationsOf } from '../../src/query/rules.ts'

const names = (index: ReturnType<typeof indexRules>, type: string) => index.for(type).map(({ name }) => name)

describe('rules', () => {
  it('are found by type and by pattern, in the order of the table', () => {
    const index = indexRules({ 'goal.*': () => {}, 'goal.created': () => {}, 'issue.created': () => {}, '*': () => {} })
    expect(names(index, 'goal.created')).toEqual(['goal.*', 'goal.created', '*'])
    expect(names(index, 'goal.activity.created')).toEqual(['goal.*', '*'])
    expect(names(index, 'goal')).toEqual(['*'])
  })

  it('want just what stands in the table', () => {
    expect(indexRules({ 'goal.*': () => {}, left: undefined }).wanted).toEqual(['goal.*'])
  })

  it('are not found under names of an object', () => {
    const index = indexRules({ a: () => {} })
    expect(names(index, 'constructor')).toEqual([])
    expect(names(index, '__proto__')).toEqual([])
  })

  it('may answer nothing, one operation or several', () => {
    const operation = invalidate(['goals'])
    expect(operationsOf(undefined)).toEqual([])
    expect(operationsOf(null)).toEqual([])
    expect(operationsOf(operation)).toEqual([operation])
    expect(operationsOf([operation, operation])).toEqual([operation, operation])
  })
})
