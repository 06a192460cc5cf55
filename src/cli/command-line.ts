// What a command is, and how its options are read: a wrong one is named, never guessed.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { nearestTo } from '../base/nearest.ts'
import { InputError } from './reading.ts'

export interface Command {
  readonly name: string
  /** One line. */
  readonly summary: string
  /** All options. */
  readonly help: string
  /** Resolves once it runs, or is done. Rejects with an `InputError` or a `RealtimeError` for what a person can mend. */
  run(argv: readonly string[]): Promise<void>
}

type Options = NonNullable<ParseArgsConfig['options']>
type Values<Given extends Options> = ReturnType<typeof parseArgs<{ options: Given }>>['values']

/** Throws an `InputError`. @param command with what the help is asked for */
export function readOptions<const Given extends Options>(
  command: string,
  argv: readonly string[],
  options: Given,
): Values<Given> {
  return read(command, argv, options, false).values
}

/** As `readOptions`, for a command that is told more than options. */
export function readArguments<const Given extends Options>(
  command: string,
  argv: readonly string[],
  options: Given,
): { values: Values<Given>; positionals: readonly string[] } {
  return read(command, argv, options, true)
}

function read<const Given extends Options>(
  command: string,
  argv: readonly string[],
  options: Given,
  allowPositionals: boolean,
): { values: Values<Given>; positionals: string[] } {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals })
  } catch (error) {
    throw usage(command, wordsFor((error as Error).message, Object.keys(options)))
  }
}

/** The first sentence of what Node says, but for the one that says nothing; and what may have been meant. */
function wordsFor(message: string, known: readonly string[]): string {
  const [, option] = /^Option '(?:-\w, )?(--[\w-]+).*' argument (?:missing|is ambiguous)/.exec(message) ?? []
  if (option !== undefined) return `${option} needs a value.`
  const [first = ''] = message.split(/\.(?:\s|$)/)
  const [, file] = /^Unexpected argument '([^']+\.json)'/.exec(message) ?? []
  if (file !== undefined && known.includes('scenario')) return `${first}. Did you mean --scenario ${file}?`
  const [, unknown = ''] = /^Unknown option '--([\w-]+)'/.exec(message) ?? []
  const [nearest] = nearestTo(unknown, known)
  const hint = nearest !== undefined && nearest.likeness >= 0.5 ? ` Did you mean --${nearest.name}?` : ''
  return `${first}.${hint}`
}

export function usage(command: string, message: string): InputError {
  return new InputError(`${message} All options: npx livecache ${command} --help`)
}

export function readPort(command: string, text: string | undefined, preset: number): number {
  if (text === undefined) return preset
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw usage(command, `--port must be a number from 0 to 65535 (0: any that is free), and is "${text}".`)
}

/**
 * Calls `stop` at Ctrl-C and when the process is asked to end, then ends it with 0. A second Ctrl-C does not wait. Returns what a key may
 * call to the same end.
 */
export function stopOnSignals(stop: () => Promise<void>): () => void {
  let isStopping = false
  function quit() {
    if (isStopping) process.exit(130)
    isStopping = true
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit)
  return quit
}
