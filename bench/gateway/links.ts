// One client's connection, as cheap as Node lets it be: sockets read into one piece of memory, events counted and not parsed.
import { connect as connectTcp, type Socket } from 'node:net'
import { clientFrame, createFrameReader, opcodes } from './frames.ts'
import { tokenOf } from './tokens.ts'
import type { Wire } from './wires.ts'

export interface LinkEvents {
  /** It will be told of events from now on. */
  ready(): void
  /** Events came, in so many messages. Called before `received` is counted up. */
  received(link: OpenLink, events: number, messages: number): void
  /** It cannot go on. */
  failed(reason: string): void
}

export interface OpenLink {
  /** Events so far. */
  readonly received: number
  /** Events that were not confirmed yet. */
  readonly unconfirmed: number
  /** Confirms what came since the last time. */
  confirm(): void
  close(): void
}

const host = '127.0.0.1'
/** What is read is looked at before the next read. */
const memory = Buffer.alloc(65_536)
const headEnd = Buffer.from('\r\n\r\n')
/** In the JSON of an event, and nowhere else. */
const inEvent = Buffer.from('"eventId":"')
/** At the beginning of an event, and of nothing else. */
const idText = '\nid: '
const idField = Buffer.from(idText)
const bracket = '['.charCodeAt(0)

export function openLink(wire: Wire, port: number, client: number, on: LinkEvents): OpenLink {
  const token = tokenOf(client)
  const { path, headers = {} } = wire.request(token)
  const fields = Object.entries({ ...headers, ...(wire.transport === 'websocket' && upgrade) })
  const head = ['host: localhost', ...fields.map(([name, value]) => `${name}: ${value}`)].join('\r\n')
  const expected = wire.transport === 'websocket' ? 'HTTP/1.1 101 ' : 'HTTP/1.1 200 '
  let isClosed = false
  let requests: Socket | null = null
  let received = 0
  let confirmed = 0
  /** What the server calls the last event before the first that came. */
  let seq = 0
  let read = readHead

  const failed = (reason: string) => {
    if (!isClosed) on.failed(`Client ${client} (${path}): ${reason}`)
  }
  const open = (onRead: (to: number) => void) => {
    const opened = connectTcp({ host, port, noDelay: true, onread: { buffer: memory, callback } })
    function callback(bytes: number) {
      onRead(bytes)
      return true
    }
    opened.on('error', ({ message }) => failed(message))
    opened.on('close', () => failed('the server closed it'))
    return opened
  }
  const socket = open((to) => read(0, to))
  const talk = wire.talk(token, {
    say: wire.transport === 'websocket' ? (text) => void socket.write(clientFrame(text)) : request,
    ready(from = 0) {
      seq = from
      on.ready()
    },
  })
  socket.write(`GET ${path} HTTP/1.1\r\n${head}\r\n\r\n`)

  /** Answers are short, and come in one piece. */
  function request(text: string) {
    requests ??= open((to) => {
      const answer = textOf(0, to)
      if (!answer.startsWith('HTTP/1.1 204 ')) failed(`a request was answered with ${answer}`)
    })
    requests.write(text)
  }

  function count(events: number, messages: number) {
    on.received(link, events, messages)
    received += events
  }

  function readHead(from: number, to: number) {
    const end = memory.indexOf(headEnd, from)
    const isWhole = end !== -1 && end < to
    if (!isWhole || !textOf(from, end).startsWith(expected)) {
      return failed(`it was answered with ${textOf(from, to)}`)
    }
    read = wire.transport === 'websocket' ? readFrames : readLines
    talk.heard(null)
    if (end + headEnd.length < to) read(end + headEnd.length, to)
  }

  // ── WebSocket ─────────────────────────────────────────────────────────────────────────────────────────────────

  const reader = createFrameReader((opcode, bytes, start, end) => {
    if (opcode === opcodes.text) return readText(bytes, start, end)
    if (opcode === opcodes.ping) {
      return void socket.write(clientFrame(Buffer.from(bytes.subarray(start, end)), opcodes.pong))
    }
    const code = opcode === opcodes.close && end > start ? bytes.readUInt16BE(start) : ''
    failed(`it got a frame ${opcode} ${code} ${bytes.toString('utf8', Math.min(end, start + 2), end)}`)
  })

  function readFrames(from: number, to: number) {
    reader(memory, from, to)
  }

  function readText(bytes: Buffer, start: number, end: number) {
    const events = countOf(inEvent, bytes, start, end, bytes[start] === bracket ? Infinity : 1)
    if (events > 0) count(events, 1)
    else talk.heard(bytes.toString('utf8', start, end))
  }

  // ── SSE ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The end of what was read: an event may begin there and go on in the next read. */
  let tail = ''

  function readLines(from: number, to: number) {
    const reach = idField.length - 1
    const seam = tail + textOf(from, Math.min(to, from + reach))
    const events = (seam.includes(idText) ? 1 : 0) + countOf(idField, memory, from, to)
    tail = textOf(Math.max(from, to - reach), to)
    if (events > 0) count(events, events)
    else for (const line of memory.toString('utf8', from, to).split('\n')) talk.heard(line)
  }

  const link: OpenLink = {
    get received() {
      return received
    },
    get unconfirmed() {
      return received - confirmed
    },
    confirm() {
      if (received === confirmed) return
      confirmed = received
      talk.confirm?.(seq + received)
    },
    close() {
      isClosed = true
      socket.destroy()
      requests?.destroy()
    },
  }
  return link
}

const upgrade = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

const textOf = (start: number, end: number): string => memory.toString('latin1', start, end)

/** How often `sign` is in the bytes from `start` to `end`; behind them is what was read before. */
function countOf(sign: Buffer, bytes: Buffer, start: number, end: number, most = Infinity): number {
  let count = 0
  let at = bytes.indexOf(sign, start)
  while (at !== -1 && at + sign.length <= end && count < most) {
    count++
    if (count < most) at = bytes.indexOf(sign, at + sign.length)
  }
  return count
}
