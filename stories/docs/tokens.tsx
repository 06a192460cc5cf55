// Tokens with a swatch in the scheme of the page: all of them with their values, or those that some CSS reads.
import tokensCss from '../../src/ui/styles/tokens.css?raw'
import type { CSSProperties, JSX } from 'react'
import { Table } from './tables.tsx'

/** In the order of the file, as an app would set them, without those for more contrast and narrow screens. */
const values = new Map(
  [...tokensCss.slice(0, tokensCss.indexOf('@media')).matchAll(/(--lc-[a-z-]+): ([^;]+);/g)].map(
    ([, name = '', value = '']) => [name, value],
  ),
)

const tones = ['--lc-good', '--lc-working', '--lc-bad', '--lc-off']

/** @param rows its name, and what it is for */
export function TokenTable({ rows }: { rows: readonly (readonly [name: string, use: string])[] }): JSX.Element {
  return (
    <Table
      head={['Token', 'Use and value']}
      rows={rows.map(([name, use]) => [
        name,
        <span key={name} className="docs-token">
          <Swatch name={name} />
          <code>{name}</code>
        </span>,
        <>
          <p>{use}</p>
          <p className="docs-type">
            <Value of={values.get(name) ?? ''} />
          </p>
        </>,
      ])}
    />
  )
}

function Value({ of }: { of: string }): JSX.Element {
  const pair = /^light-dark\((.+), (.+)\)$/.exec(of)
  if (pair === null) return <code>{of}</code>
  return (
    <>
      Light <code>{pair[1]}</code>, dark <code>{pair[2]}</code>
    </>
  )
}

/** Those that the CSS reads; a tone is read by a name of its own, and is any of the four. */
export function TokensRead({ css }: { css: readonly string[] }): JSX.Element {
  const read = new Set([...css.join('\n').matchAll(/var\((--lc-[a-z-]+)/g)].map(([, name = '']) => name))
  if (read.has('--lc-tone') && !tones.some((tone) => read.has(tone))) for (const tone of tones) read.add(tone)
  return (
    <div className="sb-unstyled docs-block">
      <ul className="docs-tokens">
        {[...values.keys()]
          .filter((name) => read.has(name))
          .map((name) => (
            <li key={name} className="docs-token">
              <Swatch name={name} />
              <code>{name}</code>
            </li>
          ))}
      </ul>
    </div>
  )
}

/** One rule of a file, for what is shared by several components. */
export function ruleOf(css: string, selector: string): string {
  const start = css.indexOf(`${selector} {`)
  return css.slice(start, css.indexOf('\n  }\n', start))
}

/** Sizes and times have none. */
function Swatch({ name }: { name: string }): JSX.Element | null {
  const look = lookOf(name, values.get(name) ?? '')
  return look && <span className="docs-swatch" style={look} aria-hidden="true" />
}

function lookOf(name: string, value: string): CSSProperties | null {
  if (value.startsWith('light-dark')) return { background: `var(${name})` }
  if (name.includes('radius')) return { borderStartStartRadius: `var(${name})`, borderInlineEnd: 0, borderBlockEnd: 0 }
  if (name === '--lc-shadow') return { boxShadow: `var(${name})`, background: 'var(--lc-surface)' }
  if (name === '--lc-tint') return { background: `color-mix(in srgb, var(--lc-accent) var(${name}), transparent)` }
  return null
}
