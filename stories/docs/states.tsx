// The states of a component: how each looks, the story that reaches it, and a sentence on it.
import { AnchorMdx, type Of, useOf } from '@storybook/addon-docs/blocks'
import type { JSX, ReactNode } from 'react'
import { Text } from './tables.tsx'
import './docs.css'

export interface StateRow {
  /** An export of the component's stories, where there is one. */
  of?: Of
  says: string
  /** A picture of it. */
  looks?: ReactNode
}

/** @param isWide pictures stand above their sentences. @default false, beside them */
export function States({ rows, isWide = false }: { rows: readonly StateRow[]; isWide?: boolean }): JSX.Element {
  const arePictured = !isWide && rows.some(({ looks }) => looks !== undefined)
  return (
    <div className="sb-unstyled docs-block">
      <ul className={arePictured ? 'docs-states docs-pictured' : 'docs-states'}>
        {rows.map((row) => (
          <State key={row.says} {...row} />
        ))}
      </ul>
    </div>
  )
}

function State({ of, says, looks }: StateRow): JSX.Element {
  return (
    <li>
      {looks !== undefined && <div className="docs-look">{looks}</div>}
      <p>
        {of !== undefined && <StoryLink of={of} />}
        <Text of={says} />
      </p>
    </li>
  )
}

function StoryLink({ of }: { of: Of }): JSX.Element {
  const { story } = useOf(of, ['story'])
  return (
    <>
      <AnchorMdx href={`?path=/story/${story.id}`} target="">
        {story.name}
      </AnchorMdx>{' '}
    </>
  )
}
