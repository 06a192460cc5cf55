// One page of the site: head, navigation, content, what stands before and after it.
import { escapeHtml } from './highlight.ts'
import type { Rendered } from './markdown.ts'

export interface NavigationSection {
  readonly title: string
  readonly pages: readonly NavigationPage[]
}

export interface NavigationPage {
  readonly title: string
  /** Within the site. */
  readonly path: string
}

export interface PageLayout extends Rendered {
  readonly path: string
  readonly navigation: readonly NavigationSection[]
  readonly description: string
}

export function layout({ path, title, html, headings, navigation, description }: PageLayout): string {
  const up = '../'.repeat(path.split('/').length - 1)
  const all = navigation.flatMap(({ pages }) => pages)
  const at = all.findIndex((page) => page.path === path)
  const link = (page: NavigationPage) =>
    `<a href="${up}${page.path}"${page.path === path ? ' aria-current="page"' : ''}>${escapeHtml(page.title)}</a>`
  const sections = navigation
    .map(
      (section) =>
        `<h2>${escapeHtml(section.title)}</h2>\n<ul>${section.pages.map((page) => `<li>${link(page)}</li>`).join('\n')}</ul>`,
    )
    .join('\n')
  const parts = headings.filter(({ depth }) => depth === 2 || depth === 3)
  const toc =
    parts.length < 2
      ? ''
      : `<nav class="toc" aria-label="On this page"><h2>On this page</h2><ul>${parts
          .map(
            ({ id, html: words, depth }) =>
              `<li class="d${depth}"><a href="#${id}">${words.replaceAll(/<\/?a\b[^>]*>/g, '')}</a></li>`,
          )
          .join('\n')}</ul></nav>`
  const [before, after] = at === -1 ? [] : [all[at - 1], all[at + 1]]
  const turn = [
    before === undefined
      ? '<span></span>'
      : `<a rel="prev" href="${up}${before.path}"><small>Before</small> ${escapeHtml(before.title)}</a>`,
    after === undefined
      ? '<span></span>'
      : `<a rel="next" href="${up}${after.path}"><small>Next</small> ${escapeHtml(after.title)}</a>`,
  ].join('\n')
  const whole = path === 'index.html' ? 'livecache: documentation' : `${title} · livecache`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(whole)}</title>
<meta name="description" content="${escapeHtml(description)}">
<link rel="icon" href="${up}icon.svg">
<link rel="stylesheet" href="${up}site.css">
<script defer src="${up}site.js" data-root="${up}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<a class="brand" href="${up}index.html"><img src="${up}icon.svg" alt="" width="22" height="22"> livecache</a>
<form role="search" hidden>
<label for="q">Search</label>
<input id="q" type="search" placeholder="Search" autocomplete="off" aria-controls="found" aria-keyshortcuts="/">
<span id="count" role="status"></span>
<div id="found"></div>
</form>
</header>
<div class="frame">
<details class="menu"><summary>Contents</summary></details>
<nav class="pages" aria-label="Pages">
${sections}
</nav>
<main id="content" tabindex="-1">
<article>
${html}
</article>
<nav class="turn" aria-label="Neighbouring pages">
${turn}
</nav>
</main>
${toc}
</div>
</body>
</html>
`
}
