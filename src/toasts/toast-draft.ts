// What a rule answered, made safe to show: plain texts of bounded length, known priorities, links that lead nowhere bad.
import { isObject } from '../base/json.ts'
import { safeHref } from './safe-href.ts'
import type { ToastAction, ToastDraft, ToastLink, ToastPriority, ToastResult } from './toast-rules.ts'

/** In characters; what is longer ends in an ellipsis. */
const maxLengths = { title: 160, description: 480, label: 48 }

const priorities: readonly unknown[] = ['low', 'normal', 'high', 'critical'] satisfies ToastPriority[]

/** A draft that was checked. */
export interface Draft {
  readonly title: string
  readonly description: string | undefined
  readonly priority: ToastPriority
  readonly group: string | undefined
  readonly dedupeKey: string | undefined
  readonly action: ToastAction | undefined
  readonly link: ToastLink | undefined
}

/** @param complain told of each part that cannot be shown and is left out; without a title the toast itself is */
export function draftsOf(result: ToastResult, complain: (part: string) => void): readonly Draft[] {
  const given: readonly unknown[] = !result ? [] : Array.isArray(result) ? result : [result]
  return given.flatMap((draft) => {
    const checked = checkedDraft(draft, complain)
    return checked === null ? [] : [checked]
  })
}

function checkedDraft(draft: unknown, complain: (part: string) => void): Draft | null {
  const given: Partial<Record<keyof ToastDraft, unknown>> = isObject(draft) ? draft : {}

  function textOf(value: unknown, part: keyof typeof maxLengths): string | undefined {
    const text = typeof value === 'string' ? value.trim() : value
    if (typeof text === 'string' && text !== '') return cut(text, maxLengths[part])
    if (text !== undefined && text !== null && text !== '') complain(part)
    return undefined
  }

  function actionOf({ label: words, onClick }: Record<string, unknown>): ToastAction | undefined {
    const label = textOf(words, 'label')
    if (label !== undefined && typeof onClick === 'function')
      return { label, onClick: onClick as ToastAction['onClick'] }
    complain('action')
    return undefined
  }

  function linkOf({ label: words, href: address }: Record<string, unknown>): ToastLink | undefined {
    const label = textOf(words, 'label')
    const href = safeHref(address)
    if (href !== null) return { href, ...(label !== undefined && { label }) }
    complain('link')
    return undefined
  }

  const title = textOf(given.title, 'title')
  if (title === undefined) {
    complain('title')
    return null
  }
  const priority = given.priority ?? 'normal'
  const isKnown = priorities.includes(priority)
  if (!isKnown) complain('priority')
  return {
    title,
    description: textOf(given.description, 'description'),
    priority: isKnown ? (priority as ToastPriority) : 'normal',
    group: keyOf(given.group),
    dedupeKey: keyOf(given.dedupeKey),
    action: isObject(given.action) ? actionOf(given.action) : undefined,
    link: isObject(given.link) ? linkOf(given.link) : undefined,
  }
}

const keyOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** By characters as people see most of them, not by halves of them. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  // oxlint-disable-next-line typescript/no-misused-spread -- a joined emoji may be parted there
  return `${[...text.slice(0, maxLength * 2)].slice(0, maxLength - 1).join('')}…`
}
