// What a session is told of its streams when it subscribes and when it loses some: thousands of names, in frames that a client reads.
import { encodeFrame } from '../protocol/codec.ts'
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { EventLog } from './event-log.ts'

/** Of a frame that names streams, in UTF-16 units: well below the limit of its size. */
const maxNamesLength = 24_000

/**
 * The `subscribed` frames for these streams, one after the other; one, where there are none. Written as text: objects for each stream would be
 * most of what a subscription costs.
 * @param spec what was asked for: said once, since it may be as long as a frame
 */
export function* subscribedFrames(
  log: EventLog,
  about: { ref?: string },
  spec: Omit<SubscriptionSpec, 'streams'>,
  streams: readonly string[],
): Generator<string> {
  const epoch = JSON.stringify(log.epoch)
  let begun = encodeFrame({ type: 'subscribed', ...about, ...spec }).slice(0, -1)
  let heads = ''
  for (const stream of streams) {
    const head = `${JSON.stringify(stream)}:{"epoch":${epoch},"seq":${log.head(stream).seq}}`
    if (begun.length + heads.length + head.length > maxNamesLength) {
      yield `${begun},"streams":{${heads}}}`
      begun = encodeFrame({ type: 'subscribed', ...about }).slice(0, -1)
      heads = ''
    }
    heads += heads === '' ? head : `,${head}`
  }
  yield `${begun},"streams":{${heads}}}`
}

/** Names for as many frames as it takes. */
export function namesInParts(names: readonly string[]): string[][] {
  const parts: string[][] = [[]]
  let length = 0
  for (const name of names) {
    const own = JSON.stringify(name).length + 1
    length += own
    if (length > maxNamesLength) {
      parts.push([])
      length = own
    }
    parts.at(-1)!.push(name)
  }
  return parts
}
