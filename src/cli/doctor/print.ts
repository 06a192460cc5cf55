// The report for people, topic by topic as they come, and for programs.
import type { Style } from '../terminal.ts'
import type { Wanted } from './examination.ts'
import { inSeconds } from './fates.ts'
import { type Finding, type Level, type Report, type Topic, topics } from './report.ts'
import { shown } from '../../transports/address.ts'

/** Sign and word both, so that neither colour nor font has to tell them apart. */
const marks: Readonly<Record<Level, string>> = {
  ok: '✓ ok',
  note: '· note',
  warning: '! warning',
  problem: '✗ problem',
  skipped: '– skipped',
}
const markWidth = 11
const width = 100
const indent = ' '.repeat(4 + markWidth)

export interface Printer {
  /** Prints the topics that are done, as far as none before them is not. */
  next(): void
  /** Prints the rest, and what it comes to. */
  end(tookMs: number): void
}

export function createPrinter(report: Report, style: Style, say: (text: string) => void): Printer {
  const waiting = Object.keys(topics) as Topic[]

  function print(topic: Topic) {
    const findings = report.findings.filter((finding) => finding.topic === topic)
    if (findings.length === 0) return
    say(`  ${style.strong(topics[topic])}`)
    for (const finding of findings) say(linesOf(finding, style))
    say('')
  }

  return {
    next() {
      while (waiting[0] !== undefined && report.isDone(waiting[0])) print(waiting.shift()!)
    },
    end(tookMs) {
      for (const topic of waiting.splice(0)) print(topic)
      say(`  ${style.strong(verdictOf(report))} ${style.muted(`(${inSeconds(tookMs)})`)}`)
      if (report.untried !== null) say(wrap(report.untried, '  '))
      say('')
    },
  }
}

export function heading(version: string, url: string, style: Style): string {
  return `\n  ${style.strong(`livecache doctor ${version}`)}  ${style.accent(shown(url))}\n`
}

function linesOf({ level, text, means, change, see }: Finding, style: Style): string {
  const mark = marks[level].padEnd(markWidth)
  const told = level === 'problem' || level === 'warning' ? style.bad(mark) : level === 'ok' ? mark : style.muted(mark)
  const place = see === undefined ? '' : `(${pageOf(see)})`
  const isAlone = means === undefined && change === undefined
  // The link of a finding without advice would be a line of its own.
  const first = wrap(isAlone && place !== '' ? `${text} ${place}` : text, indent).slice(indent.length)
  const rest = [...(means === undefined ? [] : [means]), ...(change === undefined ? [] : [`→ ${change}`])]
  if (rest.length > 0 && place !== '') rest[rest.length - 1] += ` ${place}`
  return [`    ${told}${first}`, ...rest.map((line) => style.muted(wrap(line, indent)))].join('\n')
}

/** As it is found in the package, or on its page in the repository. */
const pageOf = (see: string) => see.replace(/^livecache\//, '')

/** Breaks a line between words. */
function wrap(text: string, margin: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`
    if (margin.length + longer.length <= width || lines.at(-1) === '') lines.splice(-1, 1, longer)
    else lines.push(word)
  }
  return lines.map((line) => margin + line).join('\n')
}

const some = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`

function verdictOf(report: Report): string {
  const count = (level: Level) => report.findings.filter((finding) => finding.level === level).length
  const problems = count('problem')
  const warnings = count('warning')
  if (problems > 0) return `${some(problems, 'problem')}${warnings > 0 ? `, ${some(warnings, 'warning')}` : ''}.`
  if (warnings > 0) return `No problem, ${some(warnings, 'warning')}.`
  return report.untried === null ? 'All is well.' : 'No problem so far.'
}

/** For programs. Fields may be added. */
export function jsonOf(report: Report, wanted: Wanted, version: string, tookMs: number): string {
  const { findings, exitCode, untried } = report
  const server = findings.some(({ topic, id }) => topic === 'session' && id === 'welcome')
    ? 'livecache'
    : findings.some(({ topic, id }) => topic === 'session' && id === 'server')
      ? 'plain'
      : null
  return JSON.stringify(
    { version, url: shown(wanted.url), server, exitCode, untried, tookMs: Math.round(tookMs), findings },
    null,
    2,
  )
}
