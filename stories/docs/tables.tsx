// What the docs pages are laid out with: text with code in it, tables of two columns, and what to do beside what not to do.
import { Fragment, type JSX, type ReactNode } from 'react'
import './docs.css'

/** What stands between backticks is code. */
export function Text({ of }: { of: string }): JSX.Element {
  return (
    <>
      {of
        .split('`')
        .map((piece, index) =>
          index % 2 === 1 ? (
            <code key={`${index}-${piece}`}>{piece}</code>
          ) : (
            <Fragment key={`${index}-${piece}`}>{piece}</Fragment>
          ),
        )}
    </>
  )
}

const textOf = (cell: ReactNode): ReactNode => (typeof cell === 'string' ? <Text of={cell} /> : cell)

interface TableProps {
  head: readonly [string, string]
  /** A string may have `code` in it. */
  rows:
    | readonly (readonly [key: string, name: ReactNode, meaning: ReactNode])[]
    | readonly (readonly [string, ReactNode])[]
}

/** The first cell heads its row. */
export function Table({ head, rows }: TableProps): JSX.Element {
  return (
    <div className="sb-unstyled docs-block">
      <table className="docs-table">
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              <th scope="row">{textOf(row.length === 3 ? row[1] : row[0])}</th>
              <td>{textOf(row.at(-1))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Each pair: what to do, and what not to do instead. */
export function DoDont({ pairs }: { pairs: readonly (readonly [good: string, bad: string])[] }): JSX.Element {
  return (
    <div className="sb-unstyled docs-block">
      <ul className="docs-pairs">
        {pairs.map(([good, bad]) => (
          <li key={good}>
            <Advice word="Do" says={good} />
            <Advice word="Don’t" says={bad} />
          </li>
        ))}
      </ul>
    </div>
  )
}

const marks = { Do: 'M3.75 8.5l2.75 2.75 5.75-6.5', 'Don’t': 'M4.5 4.5l7 7M11.5 4.5l-7 7' }

function Advice({ word, says }: { word: keyof typeof marks; says: string }): JSX.Element {
  return (
    <p className={word === 'Do' ? 'docs-do' : 'docs-dont'}>
      <strong>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d={marks[word]} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
        </svg>
        {word}
      </strong>
      <span>
        <Text of={says} />
      </span>
    </p>
  )
}
