// Which addresses a toast may lead to. What a server sends must not run as script, nor leave for a scheme nobody expects.

/** The address, trimmed, or null: only http, https, mailto, and what is relative to the page and stays on its origin. */
export function safeHref(href: unknown): string | null {
  if (typeof href !== 'string') return null
  const text = href.trim()
  // Browsers drop tabs and line ends wherever they stand, so `java\nscript:` is a script.
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (text === '' || /[\u0000-\u001F\u007F]/.test(text)) return null
  if (/^(https?:\/\/[^/\\]|mailto:.)/i.test(text)) return canParse(text) ? text : null
  // A colon before the path makes a scheme; two slashes, either way round, another host.
  return /^[^/?#]*:|^[\\/]{2}/.test(text) ? null : text
}

function canParse(text: string): boolean {
  try {
    return new URL(text).href !== ''
  } catch {
    return false
  }
}
