// Checks what arrives, by hand and small: schemas of the Standard Schema shape. Fields that are not named pass as they are, so that an
// app's own reach it.
import { isObject } from '../base/json.ts'
import type { StandardSchema } from '../protocol/define-events.ts'

interface Issue {
  readonly message: string
  readonly path: readonly string[]
}

/** Says what is wrong with a value; nothing where it is fine. */
export type Check = (value: unknown, path: readonly string[]) => readonly Issue[]

/** For types only: what a check lets through. */
declare const checked: unique symbol
export type Checked<Value> = Check & { readonly [checked]?: Value }

const fine: readonly Issue[] = []
const wrong = (path: readonly string[], message: string): readonly Issue[] => [{ path, message }]

/** Null and undefined are both "not given": servers in other languages send the one for the other. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== null

export const text: Checked<string> = (value, path) =>
  typeof value === 'string' && value !== '' ? fine : wrong(path, 'has to be a text')

export const number: Checked<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? fine : wrong(path, 'has to be a number')

/** A text or a number: ids are either. */
export const id: Checked<string | number> = (value, path) =>
  text(value, path) === fine || number(value, path) === fine ? fine : wrong(path, 'has to be an id: a text or a number')

/** ISO 8601, or epoch ms. */
export const time: Checked<string | number> = (value, path) =>
  (typeof value === 'string' || typeof value === 'number') && !Number.isNaN(new Date(value).getTime())
    ? fine
    : wrong(path, 'has to be a time: ISO 8601, or epoch ms')

export const oneOf =
  <const Value extends string>(...values: readonly Value[]): Checked<Value> =>
  (value, path) =>
    values.some((known) => known === value) ? fine : wrong(path, `has to be one of ${values.join(', ')}`)

export const optional =
  <Value>(check: Checked<Value>): Checked<Value | undefined | null> =>
  (value, path) =>
    isGiven(value) ? check(value, path) : fine

type Fields = Readonly<Record<string, Check>>

export const object =
  <Value extends object>(fields: Fields): Checked<Value> =>
  (value, path) =>
    isObject(value)
      ? Object.entries(fields).flatMap(([name, check]) => check(value[name], [...path, name]))
      : wrong(path, 'has to be an object')

/** A schema for a payload. */
export function schema<Payload>(check: Checked<Payload>): StandardSchema<Payload> {
  return {
    '~standard': {
      version: 1,
      vendor: 'livecache',
      validate(value) {
        const issues = check(value, [])
        return issues.length === 0 ? { value: value as Payload } : { issues }
      },
    },
  }
}
