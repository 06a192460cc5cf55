import { array, assert, integer, property, string } from 'fast-check'
import { expect, it } from 'vitest'
import { utf8Length } from '../../src/base/utf8-length.ts'

const encoded = (text: string) => new TextEncoder().encode(text).length

it.each([
  '',
  'goal',
  'ñ',
  'ا',
  '目標',
  '🎯',
  '🎯🎯a',
  '\ud83c',
  '\udfaf',
  '\udfaf\ud83c',
  'a\ud83c',
  '\ud83c\ud83c\udfaf',
])('counts what an encoder would write for %j', (text) => expect(utf8Length(text)).toBe(encoded(text)))

it('counts what an encoder would write for any text, broken ones too', () => {
  assert(
    property(string({ unit: 'binary' }), array(integer({ min: 0xd7f0, max: 0xe010 })), (text, units) => {
      const broken = text + String.fromCharCode(...units) + text
      expect(utf8Length(broken)).toBe(encoded(broken))
    }),
  )
})
