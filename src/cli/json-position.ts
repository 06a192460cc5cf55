// Where a JSON text stops being JSON, as a line and a column. Engines say so in words that differ, or not at all.

export interface JsonFault {
  line: number
  column: number
  expected: string
}

/** Whitespace, then one piece of JSON. */
const token =
  // oxlint-disable-next-line no-control-regex -- JSON forbids them in texts
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y

/** Null where the text is JSON. */
export function findJsonFault(text: string): JsonFault | null {
  /** The brackets that are open. */
  const open: ('{' | '[')[] = []
  let expected: Expected = 'a value'
  let at = 0
  const fault = (what: string) => ({ ...placeOf(text, at), expected: what })
  while (expected !== 'the end') {
    token.lastIndex = at
    const [piece, sign, string] = token.exec(text) ?? []
    const kind = piece === undefined ? 'none' : (sign ?? (string === undefined ? 'value' : 'string'))
    const next: Expected | null = follow(expected, kind, open)
    if (next === null) {
      at += /^[ \t\r\n]*/.exec(text.slice(at))![0].length
      return fault(wordsFor(expected, open))
    }
    at += piece!.length
    expected = next
  }
  at += /^[ \t\r\n]*/.exec(text.slice(at))![0].length
  return at === text.length ? null : fault('nothing more')
}

type Expected = 'a value' | 'a value or "]"' | 'a name' | 'a name or "}"' | '":"' | 'more' | 'the end'

/** What may follow a piece; null where it may not be there. */
function follow(expected: Expected, kind: string, open: ('{' | '[')[]): Expected | null {
  const closed = () => {
    open.pop()
    return open.length === 0 ? 'the end' : 'more'
  }
  const opened = (bracket: '{' | '[') => {
    open.push(bracket)
    return bracket === '{' ? 'a name or "}"' : 'a value or "]"'
  }
  switch (expected) {
    case 'a value':
    case 'a value or "]"':
      if (kind === '{' || kind === '[') return opened(kind)
      if (kind === ']') return expected === 'a value or "]"' ? closed() : null
      if (kind !== 'string' && kind !== 'value') return null
      return open.length === 0 ? 'the end' : 'more'
    case 'a name':
    case 'a name or "}"':
      if (kind === '}') return expected === 'a name or "}"' ? closed() : null
      return kind === 'string' ? '":"' : null
    case '":"':
      return kind === ':' ? 'a value' : null
    case 'more':
      if (kind === ',') return open.at(-1) === '{' ? 'a name' : 'a value'
      return kind === (open.at(-1) === '{' ? '}' : ']') ? closed() : null
    case 'the end':
      return null
    default:
      return expected satisfies never
  }
}

function wordsFor(expected: Expected, open: readonly string[]): string {
  if (expected === 'more') return open.at(-1) === '{' ? '"," or "}"' : '"," or "]"'
  return expected === 'a name' || expected === 'a name or "}"'
    ? expected.replace('a name', 'a name in double quotes')
    : expected
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
