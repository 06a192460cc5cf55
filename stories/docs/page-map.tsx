// The pages of the Storybook, each with a sentence, as links.
import { AnchorMdx } from '@storybook/addon-docs/blocks'
import type { JSX } from 'react'
import { Table } from './tables.tsx'

const components = [
  ['RealtimeIndicator', 'components-realtimeindicator', 'How the link is doing, and what can be done.'],
  ['LiveBadge', 'components-livebadge', 'Whether what it stands beside is live.'],
  ['useLiveHighlight', 'components-uselivehighlight', 'What has just changed.'],
  ['StatusTransition', 'components-statustransition', 'A status that gives way to the next.'],
  ['RealtimeToasts', 'components-realtimetoasts', 'Events that a person should know of now.'],
  ['ConnectionBanner', 'components-connectionbanner', 'A loss that lasts, and what works all the same.'],
] as const

const foundations = [
  ['Announcements', 'foundations-announcements', 'What is said to assistive technology, and when.'],
  ['Theming', 'foundations-theming', 'Tokens, schemes, layers, contrast and motion.'],
  ['Parts', 'foundations-parts', 'Classes, elements and icons of your own.'],
  ['Words', 'foundations-words', 'Languages, numbers, times and plurals.'],
  ['RealtimeUiProvider', 'foundations-realtimeuiprovider', 'The same settings for all components.'],
  ['Dialog', 'foundations-dialog', 'A modal in which announcements are heard.'],
] as const

export function PageMap(): JSX.Element {
  return (
    <>
      <Table head={['Component', 'Shows']} rows={components.map(rowOf)} />
      <Table head={['Foundation', 'Is about']} rows={foundations.map(rowOf)} />
    </>
  )
}

const rowOf = ([name, id, says]: readonly [string, string, string]) =>
  [
    id,
    <AnchorMdx key={id} href={`?path=/docs/${id}--docs`} target="">
      {name}
    </AnchorMdx>,
    says,
  ] as const
