// What a child process of the benchmark can be asked, and how it answers. Starting and asking one is child.ts.

/** By name: what is asked for, as a function of what is given along. Both have to survive JSON. */
export type Tasks = Readonly<Record<string, (...given: never[]) => unknown>>

export interface Asked {
  readonly request: number
  readonly what: string
  readonly given: readonly never[]
}

export interface Answered {
  readonly request: number
  readonly value?: unknown
  readonly error?: string
}

const answer = (answered: Answered) => process.send?.(answered)

/** Answers what the parent asks, until the parent is gone. */
export function serve(tasks: Tasks) {
  process.on('message', ({ request, what, given }: Asked) => {
    const run = async () => tasks[what]!(...given)
    run().then(
      (value) => answer({ request, value }),
      (error: unknown) => answer({ request, error: error instanceof Error ? error.message : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
  // Nothing was asked yet.
  answer({ request: 0 })
}

/** Of this process since it began, all threads, in ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
