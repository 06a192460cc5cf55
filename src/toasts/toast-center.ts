// Runs the engine for a client: hears events, lets time pass, watches the page, and does what the engine says. There is one per
// client, however many components show toasts; its history outlives them.
import { type Clock, systemClock } from '../base/clock.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { randomId } from '../base/random-id.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { browserPage, type Page } from '../client/page-signals.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { matchesAnyStream } from '../protocol/filter.ts'
import { announcerFor } from '../ui/announcer.ts'
import { createModalVoice, type ModalVoice } from './modal-voice.ts'
import { sinkToastOf, type ToastLook } from './sink-toast.tsx'
import {
  initialState,
  lookAgainAt,
  type Moment,
  type Notice,
  step,
  type ToastEffect,
  type ToastEntry,
  type ToastInput,
} from './toast-engine.ts'
import { noticesOf } from './toast-notices.ts'
import type { ToastRules } from './toast-rules.ts'
import type { ToastSink } from './toast-sink.ts'
import { soundOf, type ToastSoundOptions } from './toast-sound.ts'
import { textOf } from './toast-words.ts'

/** What one component asks for. */
export interface ToastSettings {
  rules: ToastRules
  muted: boolean
  isQuiet: (now: number) => boolean
  maxAgeMs: number
  historySize: number
  sound: ToastSoundOptions | null
  sink: ToastSink
  portalContainer: HTMLElement | ShadowRoot | undefined
  look: ToastLook
}

export interface ToastCenter {
  /** Follows what a component asks for until the undo is called. @param settings asked for whenever they are needed; the first one's look and sink hold for all */
  join(settings: () => ToastSettings): Undo
  /** The settings of a component may be others. */
  changed(): void
  subscribe(listener: () => void): Undo
  /** Newest first; the same array until it changes. */
  getEntries(): readonly ToastEntry[]
  clear(): void
  dismissAll(): void
}

const centers = new WeakMap<RealtimeClient, ToastCenter>()

export function toastCenterOf(client: RealtimeClient): ToastCenter {
  const known = centers.get(client) ?? createToastCenter(client)
  centers.set(client, known)
  return known
}

export function createToastCenter(
  client: Pick<RealtimeClient, 'on' | 'onRevoked'>,
  { clock = systemClock, page = browserPage }: { clock?: Clock; page?: Page } = {},
): ToastCenter {
  const changes = createEmitter<void>(throwLater)
  const members = new Set<() => ToastSettings>()
  const sound = soundOf(client)
  let state = initialState('')
  let running: { scope: Scope; modal: ModalVoice; first: ToastSettings } | null = null
  let cancelLook: Undo | null = null
  let unfollow: Undo | null = null
  let followed = ''
  let heard: Notice[] = []

  const settings = () => [...members].map((read) => read())

  function moment(): Moment {
    const all = settings()
    const now = clock.now()
    return {
      now,
      isHidden: page.isHidden(),
      isModal: running?.modal.isOpen() ?? false,
      hush: all.some(({ muted }) => muted) ? 'muted' : all.some(({ isQuiet }) => isQuiet(now)) ? 'quiet' : null,
      maxEntries: Math.max(0, ...all.map(({ historySize }) => historySize)),
    }
  }

  function send(input: ToastInput) {
    const { entries } = state
    const at = moment()
    const { state: next, effects } = step(state, input, at)
    state = next
    for (const effect of effects) run(effect)
    cancelLook?.()
    const lookAt = lookAgainAt(state, at)
    cancelLook = lookAt === null ? null : (running?.scope.timeout(look, lookAt - at.now) ?? null)
    if (state.entries !== entries) changes.emit()
  }

  const look = () => send({ type: 'looked' })

  function run(effect: ToastEffect) {
    if (running === null) return
    try {
      perform(effect, running.first, running.modal)
    } catch (error) {
      // A sink that fails must not take the history along.
      throwLater(error)
    }
  }

  function perform(effect: ToastEffect, { sink, look: howItLooks }: ToastSettings, modal: ModalVoice) {
    if (effect.type === 'show') {
      const { card, isHeard } = effect
      const onGone = () => send({ type: 'gone', id: card.id })
      const onClose = () => {
        // First, so that nothing changes it any more, which would keep it.
        onGone()
        sink.dismiss(card.id)
      }
      sink.show(sinkToastOf(card, isHeard, howItLooks, { onGone, onClose }))
    } else if (effect.type === 'dismiss') sink.dismiss(effect.id)
    else if (effect.type === 'say') modal.say(textOf(effect.card, howItLooks.labels, howItLooks.format))
    else sound.play(effect.priority)
  }

  function hear(event: RealtimeEvent) {
    const now = clock.now()
    // A table that two components share has its toasts once.
    const tables = new Map(settings().map(({ rules, maxAgeMs }) => [rules, maxAgeMs]))
    const results = [...tables].map(([rules, maxAgeMs]) => noticesOf(event, rules, { now, maxAgeMs }))
    const notices = results.flatMap((result) => result.notices)
    // At the end of the task, all that came in it: what finds no place among them is never on screen.
    if (heard.length === 0 && notices.length > 0) queueMicrotask(take)
    heard.push(...notices)
    // The client tells whoever is told of its errors.
    const [problem, ...others] = results.flatMap(({ problems }) => problems)
    if (problem !== undefined) throw others.length === 0 ? problem : joined([problem, ...others])
  }

  function take() {
    const notices = heard
    heard = []
    if (running !== null) send({ type: 'arrived', notices })
  }

  function follow(all: readonly ToastSettings[]) {
    const names = [...new Set(all.flatMap(({ rules }) => Object.keys(rules)))].filter((name) =>
      all.some(({ rules }) => rules[name] !== undefined),
    )
    const key = JSON.stringify(names)
    if (key === followed) return
    followed = key
    const leave = unfollow
    unfollow = names.length > 0 ? client.on(names, hear) : null
    leave?.()
  }

  function changed() {
    const all = settings()
    const [first] = all
    if (first === undefined) return
    running ??= start(first)
    running.first = first
    follow(all)
    sound.set(all.find((one) => one.sound !== null)?.sound ?? null)
    look()
  }

  function start(first: ToastSettings) {
    if (state.prefix === '') state = { ...state, prefix: `lc-${randomId().slice(0, 8)}-` }
    const scope = createScope(clock)
    const place = () => (running?.first ?? first).portalContainer
    const modal = createModalVoice(scope, () => announcerFor(place()), place)
    scope.own(page.listen((signal) => (signal === 'visible' || signal === 'hidden') && look()))
    scope.own(
      client.onRevoked(({ streams }) => {
        // What belongs to no stream is withdrawn with all of them only.
        const of = (stream: string | undefined) =>
          streams === 'all' || (stream !== undefined && matchesAnyStream(streams, stream))
        send({ type: 'revoked', of })
      }),
    )
    return { scope, modal, first }
  }

  function letGo() {
    if (members.size > 0 || running === null) return
    send({ type: 'dismissed' })
    follow([])
    sound.set(null)
    running.scope.dispose()
    running = null
  }

  return {
    changed,
    join(read) {
      members.add(read)
      changed()
      return () => {
        members.delete(read)
        if (members.size > 0) changed()
        // A microtask later: StrictMode and a moved component take hold again within this task.
        queueMicrotask(letGo)
      }
    },
    subscribe: (listener) => changes.on(listener),
    getEntries: () => state.entries,
    clear: () => send({ type: 'cleared' }),
    dismissAll: () => send({ type: 'dismissed' }),
  }
}

const joined = (problems: readonly [RealtimeError, ...RealtimeError[]]) =>
  new RealtimeError(problems[0].code, problems.map(({ message }) => message).join('\n'), { cause: problems })
