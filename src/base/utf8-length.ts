// How long a text is on the way. Counted, not encoded: under Jest, jsdom has no TextEncoder.

/** The bytes of a text in UTF-8. Half a surrogate pair counts as the three of what it is replaced with. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    // Four bytes for the pair: its second half is counted already.
    if (isHigh(unit) && isLow(text.charCodeAt(index + 1))) index++
  }
  return bytes
}

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000
