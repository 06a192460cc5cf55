// What is never shown: the token, also where a server says it back whole, cut short or as one of its parts; and what would move the cursor.

/** Shorter texts are no secrets, and taking them out would leave nothing readable. */
const minSecret = 3
/** So much of a secret gives it away: a close reason, for one, is cut off in the middle of it. */
const minPart = 12

export type Redact = (text: string) => string

/** Makes what takes the token out of any text. @param token null where there is none */
export function createRedact(token: string | null): Redact {
  if (token === null || token.length < minSecret) return (text) => text
  const parts = token.split('.').filter((part) => part.length >= minPart)
  const secrets = [token, encodeURIComponent(token), JSON.stringify(token).slice(1, -1), ...parts]
  return (text) => {
    let kept = ''
    let at = 0
    while (at < text.length) {
      const length = Math.max(...secrets.map((secret) => sharedLength(text, at, secret)))
      kept += length > 0 ? '[token]' : text[at]
      at += length || 1
    }
    return kept
  }
}

/** How much of a secret stands at `at`; 0 where that is too little to give it away. */
function sharedLength(text: string, at: number, secret: string): number {
  let length = 0
  while (length < secret.length && text[at + length] === secret[length]) length++
  return length >= Math.min(minPart, secret.length) ? length : 0
}

/** A server may say anything: what a terminal would obey is shown as its code instead. */
export function asText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`)
}

/** What a server said, in quotation marks and not at length. */
export function quote(text: string, maxLength = 120): string {
  return `"${text.length > maxLength ? `${text.slice(0, maxLength)}…` : text}"`
}
