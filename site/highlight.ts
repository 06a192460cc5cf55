// Colours for code: comments, texts, numbers and key words. No parser; what it does not know stays as it is.

const words: Readonly<Record<string, string>> = {
  ts: 'abstract as async await break case catch class const continue declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let module namespace new null of private protected public readonly return satisfies set static super switch this throw true try type typeof undefined unknown var void while yield',
  py: 'and as async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return self True try while with yield',
  java: 'abstract boolean break byte case catch char class const continue default do double else enum extends false final finally float for if implements import instanceof int interface long native new null package private protected public record return short static super switch synchronized this throw throws true try var void volatile while',
  sh: 'cd case do done echo else esac export fi for function if in npm npx node then while',
}

const languages: Readonly<Record<string, { words: string; comment: RegExp; text: RegExp }>> = (() => {
  const slashes = /\/\/[^\n]*|\/\*[^]*?\*\//
  const hash = /#[^\n]*/
  const quoted = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/
  const script = {
    words: words['ts']!,
    comment: slashes,
    text: /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/,
  }
  const data = { words: 'true false null', comment: hash, text: quoted }
  return {
    ts: script,
    tsx: script,
    js: script,
    jsx: script,
    json: { ...data, comment: /(?!)/ },
    yaml: data,
    yml: data,
    python: { words: words['py']!, comment: hash, text: /"""[^]*?"""|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/ },
    java: { words: words['java']!, comment: slashes, text: quoted },
    sh: { words: words['sh']!, comment: /(?:^|(?<=\s))#[^\n]*/, text: quoted },
    http: { words: 'GET POST PATCH PUT DELETE', comment: /(?!)/, text: quoted },
    css: { words: '', comment: /\/\*[^]*?\*\//, text: quoted },
  }
})()

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => escapes[letter]!)

/** Markup of a piece of code. */
export function highlight(code: string, language: string): string {
  const rules = languages[language]
  if (rules === undefined) return escapeHtml(code)
  const known = new Set(rules.words.split(' '))
  const parts = new RegExp(
    `(${rules.comment.source})|(${rules.text.source})|(\\b\\d[\\d_.]*\\b)|([A-Za-z_$][\\w$]*)`,
    'gm',
  )
  let html = ''
  let at = 0
  for (const found of code.matchAll(parts)) {
    const [whole, comment, text, number, word] = found
    html += escapeHtml(code.slice(at, found.index))
    at = found.index + whole.length
    const name = comment ? 'comment' : text ? 'text' : number ? 'number' : known.has(word ?? '') ? 'word' : null
    html += name === null ? escapeHtml(whole) : `<span class="t-${name}">${escapeHtml(whole)}</span>`
  }
  return html + escapeHtml(code.slice(at))
}
