#!/usr/bin/env node
// The command line: `npx livecache mock`, `gateway` and `doctor`. What is wrong is one sentence on stderr, and 1.
import { RealtimeError } from '../base/errors.ts'
import type { Command } from './command-line.ts'
import { doctorCommand } from './doctor-command.ts'
import { gatewayCommand } from './gateway-command.ts'
import { mockCommand } from './mock-command.ts'
import { InputError } from './reading.ts'
import { version } from './version.ts'

const commands: readonly Command[] = [mockCommand, gatewayCommand, doctorCommand]

const help = `Usage: npx livecache <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

  --help      Prints this; behind a command, its options
  --version   Prints the version`

async function run([name = '--help', ...argv]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h' || name === 'help') return console.log(help)
  if (name === '--version' || name === '-v') return console.log(version())
  const command = commands.find((known) => known.name === name)
  if (command !== undefined) return command.run(argv)
  const [last, ...others] = commands.map((each) => each.name).toReversed()
  const known = `${others.toReversed().join(', ')} and ${last}`
  throw new InputError(`There is no command "${name}": there are ${known}. See: npx livecache --help`)
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  // What nobody foresaw is shown with where it happened.
  const isForeseen =
    error instanceof InputError || error instanceof RealtimeError || (error instanceof Error && 'syscall' in error)
  console.error(isForeseen ? `livecache: ${error.message}` : error)
  // Something may have been started before it failed.
  process.exit(1)
}
