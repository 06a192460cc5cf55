// A table for the terminal that is Markdown at the same time.

export type Cell = string | number

/** The first column is text, the others are numbers. */
export function tableOf(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(String))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const print = (line: readonly string[]) =>
    `| ${line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join(' | ')} |`
  const rule = `|${widths.map((width, n) => (n === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [`\n${title}\n`, print(head), rule, ...lines.slice(1).map(print)].join('\n')
}

export function printTable(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]) {
  console.log(tableOf(title, head, rows))
}

/** A dash where there is none. */
export const seconds = (ms: number): string => (Number.isNaN(ms) ? '–' : (ms / 1_000).toFixed(ms < 1_000 ? 2 : 1))
export const thousands = (count: number): string => Math.round(count).toLocaleString('en')
