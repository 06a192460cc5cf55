// Days, answers and names of gatherings, in words.
import { firstName } from '../../page/format.ts'
import type { Answer, Reply } from './entities.ts'

export const answerWords: Readonly<Record<Answer, string>> = { going: 'Going', maybe: 'Maybe', no: 'Can’t go' }

const day = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const monthOf = new Intl.DateTimeFormat('en-GB', { month: 'short' })
const dateOf = new Intl.DateTimeFormat('en-GB', { day: 'numeric' })

/** Sat, 28 Nov, 14:00 */
export const dayAndTime = (iso: string): string => day.format(new Date(iso))
export const monthWord = (iso: string): string => monthOf.format(new Date(iso))
export const dateWord = (iso: string): string => dateOf.format(new Date(iso))

const namesShown = 3

/** Marcus, Lena, Dana +4 */
export function previewOf(replies: readonly Reply[]): string {
  const names = replies.slice(0, namesShown).map(({ person }) => firstName(person.name))
  const others = replies.length - names.length
  return names.join(', ') + (others > 0 ? ` +${others}` : '')
}
