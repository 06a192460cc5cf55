// The reference is made of docstrings, and so is what an editor shows: whatever is exported has one.
import { describe, expect, it } from 'vitest'
import { type Declaration, type Member, readPackage } from '../../site/declarations.ts'

const subpaths = readPackage()

/** Each once, by where it is declared: the front door exports much of the rest again. */
const declarations = new Map<string, Declaration>(
  subpaths.flatMap(({ exports }) => [...exports.values()].map((one) => [`${one.file} ${one.name}`, one] as const)),
)

/** A type whose fields say what they are needs no sentence of its own. */
const isSaid = ({ kind, doc, members }: Declaration) => doc !== null || (kind === 'type' && members.length > 0)

/** Those of mapped types have no name, and `never` says that there is none. */
const isField = ({ name, text }: Member) => !name.startsWith('[') && !/\?: (never|undefined)$/.test(text)

const fields = [...declarations].flatMap(([where, { name, members }]) =>
  /(Options|Props)$/.test(name)
    ? members.filter(isField).map((field) => ({ where: `${where} ${field.name}`, ...field }))
    : [],
)

describe('what the package exports', () => {
  it('is read from all of its subpaths', () => {
    expect(subpaths.map(({ specifier }) => specifier)).toEqual(
      expect.arrayContaining([
        'livecache',
        'livecache/client',
        'livecache/query',
        'livecache/react',
        'livecache/gateway',
      ]),
    )
    for (const { specifier, exports } of subpaths) expect([specifier, exports.size > 0]).toEqual([specifier, true])
    expect([...declarations.keys()]).toEqual(
      expect.arrayContaining([
        'query/create-realtime createRealtime',
        'ui/live-badge LiveBadge',
        'gateway/jwt verifyJwt',
      ]),
    )
    expect(fields.length).toBeGreaterThan(150)
  })

  it('has a docstring, each function, component, hook, value and type of it, and each optional field of options and props', () => {
    const without = [
      ...[...declarations].filter(([, one]) => !isSaid(one)).map(([where]) => where),
      ...fields.filter(({ isOptional, doc }) => isOptional && doc === null).map(({ where }) => where),
    ]
    expect(without.toSorted()).toEqual([])
  })

  it('names its unit where it is a duration', () => {
    const without = fields.filter(({ name, doc }) => name.endsWith('Ms') && !/\bms\b/.test(doc ?? ''))
    expect(without.map(({ where }) => where)).toEqual([])
  })

  it('names its default where it is a number, a switch or a word', () => {
    const plain = /\?: (number|boolean|'[^']+'( \| '[^']+')*)( \| undefined)?$/
    const chosen = fields.filter(({ text }) => plain.test(text))
    expect(chosen.length).toBeGreaterThan(60)
    expect(chosen.filter(({ doc }) => !/@default/.test(doc ?? '')).map(({ where }) => where)).toEqual([])
  })
})
