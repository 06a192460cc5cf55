// Reading what a person wrote as JSON: each complaint names the place and what was expected there.
import { isObject, type JsonObject } from '../base/json.ts'
import { nameOf } from '../gateway/event-body.ts'

/** Something a person wrote, and can mend: the message is all there is to say. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

/** @param at the place, such as `steps[2].emit`; @param what how the sentence goes on */
export function wrong(at: string, what: string): never {
  throw new InputError(`${at} ${what}`)
}

/** An object with no fields but these. @param at nothing where it is the whole. @param name what it is, such as `a step` */
export function readObject(value: unknown, at: string, name: string, fields: readonly string[]): JsonObject {
  if (!isObject(value)) wrong(at === '' ? 'It' : at, `must be an object, and is ${nameOf(value)}.`)
  const other = Object.keys(value).find((field) => !fields.includes(field))
  if (other === undefined) return value
  return wrong(inside(at, other), `is no field of ${name}: those are ${fields.join(', ')}.`)
}

/** @param max @default what a timer takes: 24 days in ms */
export function readWhole(value: unknown, at: string, min = 0, max = 2_147_483_647): number {
  if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value)
  return wrong(at, `must be a whole number from ${min} to ${max}, and is ${nameOf(value)}.`)
}

export function readOneOf<Word extends string>(value: unknown, at: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value)
  return found ?? wrong(at, `must be one of ${words.map((word) => `"${word}"`).join(', ')}, and is ${nameOf(value)}.`)
}

export const inside = (at: string, field: string): string => (at === '' ? field : `${at}.${field}`)
