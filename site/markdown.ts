// Markdown to HTML: anchors as GitHub makes them, links that the site resolves, code in colours.
import { Marked, type Tokens } from 'marked'
import { escapeHtml, highlight } from './highlight.ts'

export interface Heading {
  readonly depth: number
  /** As HTML. */
  readonly html: string
  readonly id: string
}

export interface Rendered {
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
  /** All words, for the search. */
  readonly text: string
}

/** @param resolve where a link or picture leads on the site; null where there is no such place, and it stays a word */
export function render(markdown: string, resolve: (href: string) => string | null): Rendered {
  const headings: Heading[] = []
  // Anchors that a page sets itself come first.
  const used = new Map([...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => [id, 1]))

  function idOf(text: string): string {
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const times = used.get(slug) ?? 0
    used.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  }

  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const html = this.parser.parseInline(tokens)
        const id = idOf(textOf(html))
        headings.push({ depth, html, id })
        const anchor = depth === 1 ? '' : ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`
        return `<h${depth} id="${id}">${html}${anchor}</h${depth}>\n`
      },
      code({ text, lang = '' }: Tokens.Code) {
        const language = /^\w*/.exec(lang)![0]
        // Signatures are for reading, so they are wrapped.
        const wrap = lang.includes('wrap') ? ' class="wrap"' : ''
        return `<pre tabindex="0"${wrap}><code>${highlight(text, language)}</code></pre>\n`
      },
      link({ href, tokens }: Tokens.Link) {
        const words = this.parser.parseInline(tokens)
        const to = resolve(href)
        return to === null ? words : `<a href="${escapeHtml(to)}">${words}</a>`
      },
      image({ href, text }: Tokens.Image) {
        const image = `<img src="${escapeHtml(resolve(href) ?? href)}" alt="${escapeHtml(text)}">`
        // Words in a drawing stay readable on a phone: it is moved there, not shrunk.
        return href.includes('drawings/')
          ? `<span class="drawing" tabindex="0" role="group" aria-label="Drawing">${image}</span>`
          : image
      },
      // To be read and not to be pressed, so it is no control.
      checkbox: ({ checked }: Tokens.Checkbox) => (checked ? '☑ ' : '☐ '),
      table(token: Tokens.Table) {
        const cells = (row: Tokens.TableCell[], tag: string) =>
          row
            .map(({ tokens, align }) => {
              const html = this.parser.parseInline(tokens)
              // A corner that says nothing is no heading.
              const name = html === '' ? 'td' : tag
              return `<${name}${align ? ` class="${align}"` : ''}${name === 'th' ? ' scope="col"' : ''}>${html}</${name}>`
            })
            .join('')
        const head = token.header.every(({ text }) => text === '')
          ? ''
          : `<thead><tr>${cells(token.header, 'th')}</tr></thead>`
        const rows = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')
        return `<div class="table" tabindex="0" role="group" aria-label="Table"><table>${head}<tbody>${rows}</tbody></table></div>\n`
      },
    },
  })
  const html = marked.parse(markdown) as string
  const [first] = headings
  return { title: first === undefined ? '' : textOf(first.html), html, headings, text: textOf(html) }
}

/** What is left without the markup. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<a class="anchor"[^]*?<\/a>/g, '')
    .replaceAll(/<\/(p|h\d|li|t[dhr]|pre|summary)>/g, ' ')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()
