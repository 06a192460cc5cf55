// Floods a page: a server that answers a client as far as needed and then writes as fast as it is told, and a browser that
// nobody watches. Playwright would be told of every single message, which costs more than reading it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { type WebSocket, WebSocketServer } from 'ws'
import type { ClientFrame } from '../../src/protocol/index.ts'
import { launchOptions } from '../chromium.ts'
import type { Flooded } from './flood-page.ts'

export interface Flood {
  /** `bare` reads and parses, and does nothing else. */
  kind: 'bare' | 'client'
  perSecond: number
  seconds: number
}

export interface FloodReport extends Flooded {
  readonly sent: number
  /** The highest `seq` that was confirmed, and in how many frames all of them were. */
  readonly acked: { readonly upTo: number; readonly frames: number }
}

/** How often a piece of the flood is written, in ms. */
const stepMs = 5
/** So that what the page does to get ready is not measured. */
const calmMs = 500

/** @param script what flood-page.ts was bundled to */
export async function flood(script: string, { kind, perSecond, seconds }: Flood): Promise<FloodReport> {
  const acked = { upTo: 0, frames: 0 }
  let sent: number | null = null
  let reported = (_flooded: Flooded) => {}
  const report = new Promise<Flooded>((resolve) => (reported = resolve))

  const server = createServer((request, response) => {
    if (request.url === '/sent') return response.end(JSON.stringify(sent))
    if (request.url === '/script') return response.setHeader('content-type', 'text/javascript').end(script)
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html')
      return response.end(
        `<!doctype html><script src="/script"></script><script>flood(${JSON.stringify(kind)})</script>`,
      )
    }
    let body = ''
    request.on('data', (data: Buffer) => (body += data.toString()))
    return request.on('end', () => {
      response.end()
      reported(JSON.parse(body) as Flooded)
    })
  })
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ClientFrame
      for (const answer of answersTo(frame)) socket.send(JSON.stringify(answer))
      if (frame.type === 'ack') noteAck(acked, frame)
      if (frame.type === 'resume') void write(socket, perSecond, seconds).then((count) => (sent = count))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endBrowser = startBrowser(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  try {
    const flooded = await report
    return { ...flooded, sent: sent ?? 0, acked }
  } finally {
    await endBrowser()
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  }
}

function startBrowser(address: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'livecache-flood-'))
  const command = launchOptions.executablePath ?? chromium.executablePath()
  const flags = ['--headless', '--no-sandbox', '--no-first-run', '--disable-gpu', '--disable-extensions']
  const browser: ChildProcess = spawn(command, [...flags, `--user-data-dir=${profile}`, address], {
    stdio: 'ignore',
    detached: true,
  })
  return async () => {
    const ended = once(browser, 'exit')
    // With all the processes it has started.
    process.kill(-browser.pid!, 'SIGKILL')
    await ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** Writes events 1, 2, 3… at this rate. @returns how many */
async function write(socket: WebSocket, perSecond: number, seconds: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, calmMs))
  const beganAt = performance.now()
  let count = 0
  for (let elapsedMs = 0; elapsedMs < seconds * 1000; elapsedMs = performance.now() - beganAt) {
    const due = Math.floor((elapsedMs / 1000) * perSecond)
    while (count < due) socket.send(eventText(++count))
    await new Promise((resolve) => setTimeout(resolve, stepMs))
  }
  return count
}

function eventText(seq: number): string {
  return `{"type":"goal.counted","eventId":"EV-${seq}","timestamp":"2024-11-09T14:30:00Z","stream":"goal:1","seq":${seq},"epoch":"e1","payload":${seq},"meta":{"note":"as long as an event mostly is: a name, a status, who it was and when"}}`
}

type AckFrame = Extract<ClientFrame, { type: 'ack' }>

function noteAck(acked: { upTo: number; frames: number }, { eventId, eventIds = [], upTo = {} }: AckFrame) {
  const seqs = [eventId, ...eventIds].map((id) => Number(id?.slice('EV-'.length) ?? 0))
  acked.upTo = Math.max(acked.upTo, upTo['goal:1'] ?? 0, ...seqs)
  acked.frames++
}

function answersTo(frame: ClientFrame): readonly object[] {
  const capabilities = ['ack-ids', 'ack-up-to', 'patterns']
  switch (frame.type) {
    case 'auth':
      return [{ type: 'welcome', connectionId: 'c1', protocol: 'realtime.v1', heartbeatMs: 30_000, capabilities }]
    case 'subscribe':
      return [{ type: 'subscribed', ref: frame.id, streams: { 'goal:1': { epoch: 'e1', seq: 0 } } }]
    case 'resume':
      return [{ type: 'resumed', streams: {} }]
    case 'ping':
      return [{ type: 'pong' }]
    default:
      return []
  }
}
