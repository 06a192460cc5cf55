// The search of the site, and buttons that copy code. Without it, all else works. What the search looks through is loaded when somebody begins
// to type.
const root = document.currentScript.dataset.root
const form = document.querySelector('form[role=search]')
const input = form.querySelector('input')
const found = form.querySelector('#found')
const count = form.querySelector('#count')
let pages = null

// The list of pages is longer than the window.
document.querySelector('.pages [aria-current]')?.scrollIntoView({ block: 'nearest' })

form.hidden = false
form.addEventListener('submit', (event) => {
  event.preventDefault()
  found.querySelector('a')?.click()
})
input.addEventListener('focus', load, { once: true })
input.addEventListener('input', show)
document.addEventListener('keydown', (event) => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '')
  if (event.key === '/' && !isTyping && !event.metaKey && !event.ctrlKey) {
    event.preventDefault()
    input.focus()
  }
  if (event.key === 'Escape' && found.firstChild) {
    found.replaceChildren()
    input.focus()
  }
})
document.addEventListener('click', (event) => form.contains(event.target) || found.replaceChildren())

function load() {
  const script = document.createElement('script')
  script.src = `${root}search.js`
  script.addEventListener('load', () => {
    pages = globalThis.livecacheDocs
    show()
  })
  document.head.append(script)
}

function show() {
  const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 || pages === null) return found.replaceChildren()
  const hits = pages.flatMap((page) => hitsIn(page, words)).toSorted((a, b) => b.score - a.score)
  count.textContent = hits.length === 1 ? '1 result' : `${hits.length} results`
  found.replaceChildren(hits.length === 0 ? nothing() : listOf(hits.slice(0, 12)))
}

function hitsIn({ title, path, headings, text }, words) {
  const has = (where) => words.every((word) => where.toLowerCase().includes(word))
  const hits = has(title) ? [{ score: 3, title, path, of: '' }] : []
  for (const heading of headings) {
    const [id, name] = heading.split('\t')
    if (has(name))
      hits.push({
        score: name.toLowerCase() === words.join(' ') ? 4 : 2,
        title: name,
        path: `${path}#${id}`,
        of: title,
      })
  }
  if (hits.length === 0 && has(`${title} ${text}`)) {
    const named = words.filter((word) => title.toLowerCase().includes(word)).length
    hits.push({ score: 1 + named / words.length / 2, title, path, of: around(text, words[0]) })
  }
  return hits
}

function around(text, word) {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - 40)
  return `… ${text.slice(at, at + 110)} …`
}

function listOf(hits) {
  const list = document.createElement('ul')
  for (const { title, path, of } of hits) {
    const link = document.createElement('a')
    link.href = root + path
    link.textContent = title
    if (of) link.append(Object.assign(document.createElement('small'), { textContent: of }))
    const item = document.createElement('li')
    item.append(link)
    list.append(item)
  }
  return list
}

// Signatures are for reading.
if (navigator.clipboard) for (const pre of document.querySelectorAll('pre:not(.wrap)')) addCopy(pre)

function addCopy(pre) {
  const button = Object.assign(document.createElement('button'), {
    type: 'button',
    className: 'copy',
    textContent: 'Copy',
  })
  button.addEventListener('click', async () => {
    const done = await navigator.clipboard.writeText(pre.textContent).then(
      () => 'Copied',
      () => 'Not allowed',
    )
    button.textContent = done
    count.textContent = done
    setTimeout(() => (button.textContent = 'Copy'), 2_000)
  })
  const frame = Object.assign(document.createElement('div'), { className: 'code' })
  pre.replaceWith(frame)
  frame.append(pre, button)
}

const nothing = () => Object.assign(document.createElement('p'), { textContent: 'Nothing found.' })
