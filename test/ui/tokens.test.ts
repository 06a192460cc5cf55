// @vitest-environment node
// The colours hold their contrast, and the look keeps its promises of size and of the layer.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const styles = fileURLToPath(new URL('../../src/ui/styles/', import.meta.url))
const sources = readdirSync(styles).map((name) => ({ name, css: readFileSync(styles + name, 'utf8') }))
const tokens = sources.find(({ name }) => name === 'tokens.css')!.css
const base = tokens.slice(0, tokens.indexOf('@media'))

type Scheme = 'light' | 'dark'
type Colour = readonly [red: number, green: number, blue: number]

function colour(token: string, scheme: Scheme): Colour {
  const [, light, dark] = new RegExp(`--lc-${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(base)!
  const hex = scheme === 'light' ? light! : dark!
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Colour
}

const mix = (over: Colour, under: Colour, share: number): Colour =>
  over.map((part, index) => part * share + under[index]! * (1 - share)) as unknown as Colour

function luminance(parts: Colour): number {
  const [red, green, blue] = parts.map((part) => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as unknown as Colour
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  const grounds = ['surface', 'subtle'].map((token) => colour(token, scheme))

  it.each(['text', 'muted', 'accent', 'good', 'working', 'bad', 'off'])('--lc-%s is read on both grounds', (token) => {
    for (const ground of grounds) expect(contrast(colour(token, scheme), ground)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['good', 'working', 'bad', 'off'])('--lc-%s is read on its own tint, hovered too', (token) => {
    const tone = colour(token, scheme)
    for (const ground of grounds) {
      for (const share of [0.12, 0.16]) expect(contrast(tone, mix(tone, ground, share))).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('--lc-line-strong, the focus ring and the dots stand out by 3 to 1', () => {
    for (const token of ['line-strong', 'accent', 'good', 'working', 'bad', 'off']) {
      for (const ground of grounds) expect(contrast(colour(token, scheme), ground)).toBeGreaterThanOrEqual(3)
    }
  })

  it('the tooltip and the first button are read', () => {
    expect(contrast(colour('surface', scheme), colour('text', scheme))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(colour('surface', scheme), colour('accent', scheme))).toBeGreaterThanOrEqual(4.5)
  })
})

describe('the look', () => {
  it('what floats stands out in the dark too: each colour of its shadow is another one there', () => {
    const [, shadow = ''] = /--lc-shadow: ([^;]+);/.exec(base)!
    const layers = shadow.match(/light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)/g) ?? []
    expect(layers).toHaveLength(shadow.split('0 1px').length)
    expect(shadow.replaceAll(/light-dark\([^)]+\)/g, '')).not.toMatch(/#|rgb/)
  })

  it('has at most 40 tokens', () => {
    const names = new Set([...base.matchAll(/--lc-[a-z-]+(?=:)/g)].map(([name]) => name))
    expect(names.size).toBeGreaterThan(10)
    expect(names.size).toBeLessThanOrEqual(40)
  })

  it('lies wholly in its layer', () => {
    for (const { css } of sources) {
      const outside = css.replaceAll(/\/\*.*?\*\//gs, '').trim()
      expect(outside).toMatch(/^@layer livecache \{.*\}$/s)
    }
  })

  it('has no movement that does not end', () => {
    for (const { css } of sources) expect(css).not.toMatch(/infinite/)
  })
})
