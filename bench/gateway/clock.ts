// One clock for all processes of a machine: what one has stamped, another can compare.

/** In ms, from a beginning that all processes share. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
