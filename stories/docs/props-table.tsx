// The props of a component or the options of a hook, read from its source: what is documented there is what stands here.
import type { JSX } from 'react'
import { Table, Text } from './tables.tsx'

interface Prop {
  name: string
  type: string
  isOptional: boolean
  says: string
  /** As the source writes it. */
  byDefault: string | null
}

interface PropsTableProps {
  /** The text of the file (`?raw`). */
  source: string
  /** Interfaces of it, one after the other. */
  of: string | readonly string[]
  /** Whether somebody passes them, so that what is required is said to be. @default true */
  isInput?: boolean
}

export function PropsTable({ source, of, isInput = true }: PropsTableProps): JSX.Element {
  const props = [of].flat().flatMap((name) => propsOf(source, name))
  return (
    <Table
      head={['Name', 'Meaning']}
      rows={props.map((prop) => [prop.name + prop.type, nameOf(prop, isInput), <Meaning key={prop.name} {...prop} />])}
    />
  )
}

const nameOf = ({ name, isOptional }: Prop, isInput: boolean) => (
  <>
    <code>{name}</code>
    {isInput && !isOptional && <span className="docs-note"> required</span>}
  </>
)

function Meaning({ type, says, byDefault }: Prop): JSX.Element {
  return (
    <>
      {says !== '' && (
        <p>
          <Text of={says} />
        </p>
      )}
      <p className="docs-type">
        <code>{type}</code>
        {byDefault !== null && (
          <span>
            Default <Text of={isCode(byDefault) ? `\`${byDefault}\`` : byDefault} />
          </span>
        )}
      </p>
    </>
  )
}

/** A literal, and not a sentence. */
const isCode = (text: string) => /^('.*'|[\d_.]+|true|false|Infinity)$/.test(text)

/** Reads the members of an interface, each on a line of its own, with or without a comment before it. */
function propsOf(source: string, name: string): Prop[] {
  const body = new RegExp(`interface ${name}\\b[\\s\\S]*?\\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1]
  if (body === undefined) throw new Error(`The source has no interface ${name}.`)
  const member = /(?: {2}\/\*\*([\s\S]*?)\*\/\n)? {2}(?:readonly )?(\w+)(\??)(?:: (.*)|(\(.*))/g
  return [...body.matchAll(member)].flatMap(([, comment = '', prop = '', mark, type, method = '']) => {
    if (type === 'never') return []
    const [text = '', byDefault = null] = comment
      .replaceAll(/\s*\n\s*\* ?/g, ' ')
      .trim()
      .split(/\s*@default /)
    const says = text.replace(/\s*@param .*/, '')
    return [
      { name: prop, type: (type ?? method).replace(/ \| undefined$/, ''), isOptional: mark === '?', says, byDefault },
    ]
  })
}
