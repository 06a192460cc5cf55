// The load generator: all clients of one server, in a process of their own.
import { setTimeout as pass } from 'node:timers/promises'
import { openLink, type OpenLink } from './links.ts'
import { createTally, type Latencies, type Tally } from './tally.ts'
import { cpuMs, serve, type Tasks } from './tasks.ts'
import { type Wire, type WireName, wires } from './wires.ts'

export interface Arrived extends Latencies {
  /** Messages that events came in: fewer than events where the server packs them. */
  readonly messages: number
}

const [wireName] = process.argv.slice(2)
const wire: Wire = wires[wireName as WireName]
/** So many are opened at a time: fewer than a server's backlog. */
const atOnce = 100
/** Looked at once a second, spread over it, as they are where clients came at different times. */
const lookEachMs = 10
/** A client of ours confirms every five seconds, and after one where so many events wait. */
const confirmEvery = 5
const many = 100

let port = 0
let links: OpenLink[] = []
let opened = 0
let messages = 0
let fault: string | null = null
let tally: Tally | null = null
let onFault = () => {}

function fail(reason: string) {
  fault ??= reason
  onFault()
}

function received(link: OpenLink, events: number, inMessages: number) {
  messages += inMessages
  tally?.add(link.received, events)
}

/** Settles with a fault too, which is thrown then. */
async function unlessFault<Value>(work: Promise<Value>): Promise<Value> {
  const failed = new Promise<void>((resolve) => (onFault = resolve))
  if (fault === null) await Promise.race([work, failed])
  if (fault !== null) throw new Error(fault)
  return work
}

function open(): Promise<void> {
  return new Promise((resolve) => {
    links.push(openLink(wire, port, ++opened, { ready: resolve, received, failed: fail }))
  })
}

/** Where the server is. */
function begin(of: number) {
  port = of
}

/** Resolves once they will be told of events. */
async function connect(count: number): Promise<void> {
  let left = count
  const openSome = async () => {
    while (left-- > 0) await open()
  }
  await unlessFault(Promise.all(Array.from({ length: Math.min(atOnce, count) }, openSome)))
}

/** All but `count` of them leave. */
async function keep(count: number): Promise<void> {
  for (const link of links.slice(count)) link.close()
  links = links.slice(0, count)
  await pass(100)
}

/** From here on events are counted. All clients must have received the same ones before. */
function expect(events: number) {
  const first = links[0]!.received
  tally = createTally(links.length, first, events)
  messages = 0
}

/** Resolves once all have arrived everywhere. */
async function arrive(deadlineMs: number): Promise<void> {
  await unlessFault(tally!.complete(deadlineMs))
}

/** @param sentAt when each event was sent */
function summarize(sentAt: readonly number[]): Arrived {
  const latencies = tally!.latencies(sentAt)
  tally = null
  return { ...latencies, messages }
}

let looks = 0
let due = 0
let lookedAt = performance.now()
setInterval(() => {
  const elapsedMs = performance.now() - lookedAt
  lookedAt += elapsedMs
  due = Math.min(links.length, due + (links.length * elapsedMs) / 1_000)
  for (; due >= 1; due--, looks++) {
    const index = looks % links.length
    const round = Math.floor(looks / links.length)
    const link = links[index]!
    if (round % confirmEvery === index % confirmEvery || link.unconfirmed >= many) link.confirm()
  }
}, lookEachMs)

const tasks = { begin, connect, keep, expect, arrive, summarize, cpuMs } satisfies Tasks
export type LoadTasks = typeof tasks

serve(tasks)
