// Where lines of the log go, so that nothing waits for whoever takes them: neither a full disk nor a reader that stopped may stop the
// events, nor keep the process from ending.
import { fstatSync, write } from 'node:fs'
import { Writable } from 'node:stream'
import { isatty } from 'node:tty'

export interface LogSink {
  /** Takes a line, or drops and counts it. Never throws, never waits. */
  write(line: string): void
  /** Calls back once all that was taken is written. */
  flush(done: () => void): void
  readonly dropped: number
}

const standardOutput = 1

/** @param maxBytes how much may wait to be written @param given @default standard output */
export function createLogSink(maxBytes: number, given?: Writable): LogSink {
  let dropped = 0
  const onDrop = (lines = 1) => void (dropped += lines)
  const stream = given ?? (isStream(standardOutput) ? process.stdout : fileStream(standardOutput, onDrop))
  // Without a listener the process would end.
  stream.on('error', () => onDrop())
  return {
    // A stream keeps what was not taken yet, without a bound of its own.
    write(line) {
      if (stream.writable && stream.writableLength <= maxBytes) stream.write(line)
      else onDrop()
    },
    flush: (done) => void (stream.writable ? stream.write('', () => done()) : done()),
    get dropped() {
      return dropped
    },
  }
}

/**
 * A file, which Node's own standard output writes synchronously and gives up after one error. (`pino.destination` would do, but for
 * a full disk: it then tries without end to write the rest when the process is to end.)
 */
function fileStream(fd: number, onDrop: (lines: number) => void): Writable {
  return new Writable({
    writev(chunks, done) {
      writeAll(fd, Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), (error) => {
        // The next lines may find room again.
        if (error !== null) onDrop(chunks.length)
        done()
      })
    },
  })
}

function writeAll(fd: number, bytes: Buffer, done: (error: Error | null) => void) {
  write(fd, bytes, (error, count) => {
    if (error !== null || count === bytes.length) done(error)
    else writeAll(fd, bytes.subarray(count), done)
  })
}

/** Pipes and sockets, to which Node writes without waiting, and terminals. A thread that waits for their reader would keep the process from ending. */
function isStream(fd: number): boolean {
  try {
    const stat = fstatSync(fd)
    return stat.isFIFO() || stat.isSocket() || isatty(fd)
  } catch {
    return false
  }
}
