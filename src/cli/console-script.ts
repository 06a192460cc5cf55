// What runs in the console page. It is sent as the text of this one function, so it may use nothing from around it.
// oxlint-disable unicorn/consistent-function-scoping -- nothing outside of it is sent along
import type { Activity, MockState } from './mock-actions.ts'

export function runConsole(): void {
  const everyMs = 1_000
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who asks knows what it is
  const find = <Found extends HTMLElement>(id: string) => document.getElementById(id) as Found
  const events = find('events')
  const own = find<HTMLTextAreaElement>('own')
  const said = find('said')
  const log = find('log')
  const hold = find<HTMLButtonElement>('hold')
  let shown = 0
  let isHeld = false
  /** Nothing is drawn anew that looks as before: focus and selections stay. */
  const drawn = new Map<string, string>()

  function say(text: string, isBad = false) {
    said.textContent = text
    said.dataset['tone'] = isBad ? 'bad' : ''
  }

  function element(name: string, className: string, text = ''): HTMLElement {
    const made = document.createElement(name)
    made.className = className
    made.textContent = text
    return made
  }

  async function ask(path: string, body?: unknown): Promise<unknown> {
    const post = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await fetch(path, body === undefined ? { cache: 'no-store' } : post)
    const answer = (await response.json()) as { message?: string }
    if (!response.ok) throw new Error(answer.message)
    return answer
  }

  async function act(what: string, path: string, body: unknown) {
    try {
      await ask(path, body)
      say(what)
    } catch (error) {
      say(error instanceof TypeError ? 'The mock server does not answer.' : (error as Error).message, true)
    }
    await refresh()
  }

  async function emit(body: unknown, name: string) {
    const joined = find('clients').childElementCount
    const who = joined === 1 ? '1 client is' : `${joined === 0 ? 'no' : joined} clients are`
    await act(`Sent ${name}; ${who} connected.`, '/mock/events', body)
  }

  // ── drawing ───────────────────────────────────────────────────────────────────────────────────────────────────

  function drawOnce(id: string, value: unknown, drawNow: () => void) {
    const text = JSON.stringify(value)
    if (drawn.get(id) === text) return
    drawn.set(id, text)
    drawNow()
  }

  function drawEvents(names: readonly string[]) {
    const buttons = names.map((name) => {
      const button = element('button', '', name)
      button.addEventListener('click', () => void emit(name, name))
      return button
    })
    const none = element(
      'p',
      'empty',
      'The scenario names no events. Give some a name under "events", or send your own.',
    )
    events.replaceChildren(...(buttons.length > 0 ? buttons : [none]))
  }

  function drawScenario({ name, state, step, steps }: MockState['scenario']) {
    const words = {
      waiting: 'Begins with the first client',
      playing: `Playing, step ${step} of ${steps}`,
      paused: `Paused before step ${step} of ${steps}`,
      over: steps === 0 ? 'Has no steps' : 'Over',
    }
    find('scenario-name').textContent = name
    find('scenario-state').textContent = words[state]
    find('scenario-state').dataset['state'] = state
    const play = find<HTMLButtonElement>('play')
    play.textContent = state === 'playing' ? 'Pause' : 'Play'
    play.disabled = steps === 0
    find<HTMLButtonElement>('restart').disabled = steps === 0
  }

  function drawClients(sessions: MockState['sessions']) {
    const rows = sessions.map(({ transport, subject, state, protocol }) => {
      const row = element('li', 'row')
      const how = `${transport}${protocol === 'plain' ? ', plain' : ''}`
      row.append(element('span', 'who', subject ?? 'Not signed in'), element('span', 'muted', `${how} · ${state}`))
      return row
    })
    find('clients').replaceChildren(...rows)
    find('clients-empty').hidden = rows.length > 0
  }

  function drawFaults({ mutedForMs, losing, duplicating, reordering }: MockState['faults']) {
    const words = [
      mutedForMs > 0 ? `Mute for ${Math.ceil(mutedForMs / 1_000)} s` : '',
      losing > 0 ? `Losing ${losing}` : '',
      duplicating > 0 ? `Doubling ${duplicating}` : '',
      reordering > 0 ? `Waiting for ${reordering} more to turn round` : '',
    ].filter((word) => word !== '')
    const state = find('faults-state')
    state.textContent = words.length === 0 ? 'Nothing pending' : words.join(' · ')
    state.dataset['state'] = words.length === 0 ? 'none' : 'on'
  }

  function rowOf({ at, kind, text }: Activity): HTMLElement {
    const row = element('li', 'row')
    row.dataset['kind'] = kind
    const time = element('time', 'muted', new Date(at).toLocaleTimeString([], { hour12: false }))
    const words = element('span', 'words', text)
    words.title = text
    row.append(time, element('span', 'kind', kind), words)
    return row
  }

  function drawLog(recent: readonly Activity[]) {
    const fresh = recent.filter(({ number }) => number > shown)
    // A server that was started anew counts from 1 again.
    const isAnother = recent[0] !== undefined && recent[0].number < shown
    if (isHeld) {
      hold.textContent = fresh.length === 0 ? 'Go on' : `Go on (${fresh.length} new)`
      return
    }
    hold.textContent = 'Hold'
    if (isAnother) log.replaceChildren()
    log.prepend(...(isAnother ? recent : fresh).map(rowOf))
    while (log.childElementCount > recent.length) log.lastElementChild?.remove()
    shown = recent[0]?.number ?? 0
    find('log-empty').hidden = log.childElementCount > 0
  }

  function draw(state: MockState) {
    drawOnce('events', state.events, () => drawEvents(state.events))
    drawOnce('scenario', state.scenario, () => drawScenario(state.scenario))
    drawOnce('clients', state.sessions, () => drawClients(state.sessions))
    drawOnce('faults', state.faults, () => drawFaults(state.faults))
    find('sent').textContent = state.sent.toLocaleString()
    find('joined').textContent = String(state.sessions.length)
    drawLog(state.recent)
  }

  async function refresh() {
    let isUp = true
    try {
      draw((await ask('/mock/state')) as MockState)
    } catch {
      isUp = false
    }
    find('down').hidden = isUp
  }

  // ── what can be pressed ───────────────────────────────────────────────────────────────────────────────────────

  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-fault]')) {
    const { fault = '', said: words = '' } = button.dataset
    button.addEventListener('click', () => void act(words, '/mock/faults', JSON.parse(fault)))
  }
  find('play').addEventListener('click', () => void act('', '/mock/scenario', { do: 'toggle' }))
  find('restart').addEventListener('click', () => void act('Begun again.', '/mock/scenario', { do: 'restart' }))
  hold.addEventListener('click', () => {
    isHeld = !isHeld
    hold.setAttribute('aria-pressed', String(isHeld))
    void refresh()
  })

  function sendOwn() {
    let body: unknown
    try {
      body = JSON.parse(own.value)
    } catch (error) {
      say(`This is no JSON yet: ${(error as Error).message}`, true)
      return
    }
    void emit(body, Array.isArray(body) ? `${body.length} events` : String((body as { type?: unknown } | null)?.type))
  }
  find('own-form').addEventListener('submit', (submitted) => {
    submitted.preventDefault()
    sendOwn()
  })
  own.addEventListener('keydown', (pressed) => {
    if (pressed.key !== 'Enter' || !(pressed.metaKey || pressed.ctrlKey)) return
    pressed.preventDefault()
    sendOwn()
  })

  for (const place of document.querySelectorAll('[data-address]')) place.textContent = `ws://${location.host}/realtime`
  void refresh()
  // A page nobody looks at need not ask.
  setInterval(() => void (document.hidden || refresh()), everyMs)
  document.addEventListener('visibilitychange', () => void (document.hidden || refresh()))
}
