// What is read from a terminal and shown on it. Colours and keys are there only where somebody sits in front of it.

export interface Terminal {
  /** Nothing, where it was told to be quiet. */
  say(text: string): void
  /** Lines that were set in colours: `style.muted('…')`. Plain text where there are none. */
  readonly style: Style
  /** Calls `press` for each key, until the undo is called; null where nobody can press any. */
  onKey(press: (key: string) => void): (() => void) | null
}

export interface Style {
  muted(text: string): string
  strong(text: string): string
  accent(text: string): string
  bad(text: string): string
}

export interface TerminalOptions {
  quiet: boolean
  stdin?: NodeJS.ReadStream
  stdout?: NodeJS.WriteStream
  env?: NodeJS.ProcessEnv
}

export function createTerminal(options: TerminalOptions): Terminal {
  const { quiet, stdin = process.stdin, stdout = process.stdout, env = process.env } = options
  // A reader of a pipe that goes away is no reason to end.
  stdout.on('error', () => {})
  return {
    style: styleFor(hasColours(stdout, env)),
    say: (text) => void (quiet || stdout.write(`${text}\n`)),
    onKey(press) {
      if (quiet || !stdin.isTTY || !stdout.isTTY) return null
      const read = (keys: Buffer) => {
        for (const key of keys.toString()) press(key)
      }
      stdin.setRawMode(true)
      stdin.on('data', read)
      stdin.resume()
      return () => {
        stdin.off('data', read)
        stdin.setRawMode(false)
        stdin.pause()
      }
    },
  }
}

/** NO_COLOR forbids them, whatever it says (no-color.org). */
export function hasColours({ isTTY }: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

export function styleFor(colours: boolean): Style {
  const set = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { muted: set(2), strong: set(1), accent: set(36), bad: set(31) }
}
