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

/** @param complain told of each part that cannot be shown and is left out; without a title the toast itself */
export function draftsOf(result: ToastResult, complain: (what: string) => void): readonly Draft[] {
  const given: readonly unknown[] = !result ? [] : Array.isArray(result) ? result : [result]
  return given.flatMap((draft) => {
    const checked = checkedDraft(draft, complain)
    return checked === null ? [] : [checked]
  })
}

function checkedDraft(draft: unknown, complain: (what: string) => void): Draft | null {
  const given: Partial<Record<keyof ToastDraft, unknown>> = isObject(draft) ? draft : {}

  function textOf(value: unknown, name: string, maxLength: number): string | undefined {
    if (typeof value === 'string' && value.trim() !== '') return cut(value.trim(), maxLength)
    if (value !== undefined && value !== null && value !== '') {
      complain(
        `its ${name} is no plain text, so it is left out. Texts of toasts are strings, never markup or elements.`,
      )
    }
    return undefined
  }

  function actionOf(action: unknown): ToastAction | undefined {
    if (!isObject(action)) return undefined
    const label = textOf(action['label'], 'action label', maxLengths.label)
    const onClick = action['onClick']
    if (label !== undefined && typeof onClick === 'function')
      return { label, onClick: onClick as ToastAction['onClick'] }
    complain('its action needs a label and an onClick function, so it is left out.')
    return undefined
  }

  function linkOf(link: unknown): ToastLink | undefined {
    if (!isObject(link)) return undefined
    const label = textOf(link['label'], 'link label', maxLengths.label)
    const href = safeHref(link['href'])
    if (href !== null) return { href, ...(label !== undefined && { label }) }
    complain('its link is left out: only http, https, mailto and addresses on this page may be linked.')
    return undefined
  }

  const title = textOf(given.title, 'title', maxLengths.title)
  if (title === undefined) {
    complain('it has no title, so there is nothing to show. A rule answers a toast with a title, several, or null.')
    return null
  }
  if (given.priority !== undefined && !priorities.includes(given.priority)) {
    complain('its priority is unknown and taken for "normal". It is low, normal, high or critical.')
  }
  return {
    title,
    description: textOf(given.description, 'description', maxLengths.description),
    priority: priorities.includes(given.priority) ? (given.priority as ToastPriority) : 'normal',
    group: keyOf(given.group),
    dedupeKey: keyOf(given.dedupeKey),
    action: actionOf(given.action),
    link: linkOf(given.link),
  }
}

const keyOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** By characters as people see most of them, not by halves of them. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  // oxlint-disable-next-line typescript/no-misused-spread -- a joined emoji may be parted there
  return `${[...text.slice(0, maxLength * 2)].slice(0, maxLength - 1).join('')}…`
}
