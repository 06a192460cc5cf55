// The page at /mock: what it may load, and what its buttons do to a real mock server. How it looks is for eyes.
import { createHash } from 'node:crypto'
// @ts-expect-error it comes without types
import { JSDOM } from 'jsdom'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { webSocket } from '../../src/transports/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { serveScenario, stateOf } from './mock-process.ts'
import { post, serve, type Served } from './process.ts'

afterEach(endAll)

/** The page, with its own script running. */
async function openPage(server: Served) {
  const html = await (await fetch(`${server.http}/mock`)).text()
  const dom: { window: Window & typeof globalThis } = new JSDOM(html, {
    url: `${server.http}/mock`,
    runScripts: 'dangerously',
    pretendToBeVisual: true,
    beforeParse(window: Window) {
      window.fetch = (path, init) => fetch(new URL(path as string, server.http), init)
    },
  })
  afterTest(() => dom.window.close())
  const { document } = dom.window
  const text = (id: string) => document.getElementById(id)?.textContent ?? ''
  const button = (name: string) => [...document.querySelectorAll('button')].find((each) => each.textContent === name)!
  await until(() => text('scenario-state') !== '')
  return { document, window: dom.window, text, button }
}

describe('the console page', () => {
  it('is one answer that loads nothing, and runs nothing but its own script', async () => {
    const server = await serveScenario()
    const response = await fetch(`${server.http}/mock`)
    const html = await response.text()
    expect(html).not.toMatch(/(?:src|href)="(?!data:,")|url\(|@import|https?:/)
    const hash = (tag: string) => {
      const [, inside = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html) ?? []
      expect(inside).not.toBe('')
      return `'sha256-${createHash('sha256').update(inside).digest('base64')}'`
    }
    const policy = response.headers.get('content-security-policy')!.split('; ')
    expect(policy).toEqual([
      "default-src 'none'",
      `script-src ${hash('script')}`,
      `style-src ${hash('style')}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(html).not.toMatch(/ on[a-z]+=| style=/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('is where the root leads', async () => {
    const { port } = await serveScenario()
    const { status, headers } = await fetch(`http://localhost:${port}/`, { redirect: 'manual' })
    expect([status, headers.get('location')]).toEqual([302, '/mock'])
  })

  it('shows who is there and what happened, and sends named events', async () => {
    const server = await serve(['mock', '--port', '0'])
    const client = createClient({
      transports: [webSocket(`${server.ws}/realtime`)],
      storage: null,
      getToken: () => 'ada',
    })
    afterTest(client.dispose)
    client.on('*', () => {})
    client.hold()
    await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
    await post(`${server.http}/mock/scenario`, { do: 'pause' })
    const { document, text, button } = await openPage(server)
    expect([text('joined'), text('clients'), text('scenario-name')]).toEqual([
      '1',
      'adawebsocket · subscribed',
      'A small workspace',
    ])
    expect([...document.querySelectorAll('#events button')].map((each) => each.textContent)).toEqual([
      'goal created',
      'goal activity',
      'goal completed',
      'transaction',
      'balance',
    ])
    button('balance').click()
    await until(() => text('said') === 'Sent balance; 1 client is connected.')
    await until(() => text('sent') === '1')
    expect(document.querySelector('#log .row')?.textContent).toMatch(/^\d\d:\d\d:\d\deventbalance → user:1 #1$/)
    button('Play').click()
    await until(() => text('scenario-state').startsWith('Playing'))
    expect(button('Pause')).toBeDefined()
  })

  it('sends an event of one’s own, and says what is wrong with it', async () => {
    const server = await serveScenario()
    const { document, window, text, button } = await openPage(server)
    const own = document.getElementById('own') as HTMLTextAreaElement
    // The example it begins with is fit to be sent.
    button('Send').click()
    await until(() => text('said').startsWith('Sent note.created;'))
    own.value = '{ nope'
    button('Send').click()
    await until(() => text('said').startsWith('This is no JSON yet'))
    expect(document.getElementById('said')!.dataset['tone']).toBe('bad')
    own.value = '{ "payload": 1 }'
    own.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }))
    await until(() => text('said') === 'event.type is missing: it must be a text.')
    own.value = '["counted", "counted"]'
    button('Send').click()
    await until(() => text('said') === 'Sent 2 events; no clients are connected.')
    expect((await stateOf(server)).sent).toBe(3)
  })

  it('breaks things, each button one', async () => {
    const server = await serveScenario()
    const { document, text } = await openPage(server)
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('[data-fault]')]
    for (const each of buttons) {
      each.click()
      await until(() => text('said') === each.dataset['said'])
    }
    const { recent } = await stateOf(server)
    expect(recent.map(({ text: told }) => told).toReversed()).toEqual([
      'links are cut',
      'the next event is lost',
      'the next event is sent twice',
      'the next 2 events are turned round',
      'mute for 10 s',
      'tokens expire',
      'faults are taken back',
    ])
  })

  it('holds its list for whoever reads it, and goes on afterwards', async () => {
    const server = await serveScenario()
    const { document, text, button } = await openPage(server)
    const rows = () => document.querySelectorAll('#log .row').length
    button('Hold').click()
    for (let sent = 0; sent < 3; sent++) await post(`${server.http}/mock/events`, '"counted"')
    await until(() => text('hold') === 'Go on (3 new)')
    expect(rows()).toBe(0)
    document.getElementById('hold')!.click()
    await until(() => rows() === 3)
    expect(text('hold')).toBe('Hold')
  })

  it('says that the server is gone', async () => {
    const server = await serveScenario()
    const { document } = await openPage(server)
    const down = document.getElementById('down')!
    expect(down.hidden).toBe(true)
    server.child.kill('SIGKILL')
    await until(() => !down.hidden)
  })

  it('has a name for every control, and buttons for all of them', async () => {
    const { document } = await openPage(await serveScenario())
    for (const control of document.querySelectorAll('button')) expect(control.textContent).not.toBe('')
    expect(document.querySelector('label[for="own"]')).not.toBeNull()
    expect(document.querySelectorAll('[tabindex]')).toHaveLength(0)
    expect(document.getElementById('said')!.getAttribute('role')).toBe('status')
  })
})
