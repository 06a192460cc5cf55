// The four rooms of the demo in Chromium, over good links and bad ones. Whatever a test does, it ends with the page's own verdict: its
// cache equals the server. One demo serves all of them; rooms-demo.ts says what they share.
import type { Page } from '@playwright/test'
import { axeFaultsOfPage, focusFaults, overflowFaults, unreachedFaults } from './story-checks.ts'
import {
  type Person,
  closeDrawer,
  counter,
  expect,
  expectConnected,
  expectEvents,
  expectVerdict,
  goTo,
  indicator,
  openDrawer,
  places,
  setChaos,
  settle,
  test,
  visitAll,
  watchFor,
} from './rooms-demo.ts'

interface Goal {
  id: string
  name: string
}

interface Booking {
  id: string
  guest: string
  status: string
}

interface Message {
  n: number
  text: string
}

interface Thread {
  id: string
  unread: number
  last: Message | null
}

// ── what two windows see ────────────────────────────────────────────────────────────────────────────────────────

const bookingRow = (page: Page, guest: string) => page.getByTestId('booking-row').filter({ hasText: guest })

async function book(page: Page, guest: string): Promise<void> {
  await page.getByTestId('new-booking').click()
  await page.getByTestId('new-booking-guest').fill(guest)
  await page.getByTestId('new-booking-save').click()
}

test('a booking that is made and one that is confirmed in one window are seen in the other, with their words', async ({
  open,
  as,
}) => {
  const [ada, lena] = await Promise.all([open('adaeze', { place: '/bookings' }), open('lena', { place: '/bookings' })])
  await book(ada, 'Halima Ogundimu')
  for (const page of [ada, lena]) {
    await expect(bookingRow(page, 'Halima Ogundimu')).toHaveCount(1)
    await expect(bookingRow(page, 'Halima Ogundimu').locator('.booking-status')).toHaveText('Confirmed')
  }

  const bookings = await (await as('adaeze')).read<Booking[]>('/bookings')
  const requested = bookings.filter(({ status }) => status === 'requested')
  const { guest } = requested[0]!
  for (const page of [ada, lena]) {
    await expect(bookingRow(page, guest).locator('.booking-status')).toHaveText('Requested')
    await expect(page.getByTestId('bookings-count')).toHaveText(`${requested.length} need an answer`)
  }
  await ada.getByRole('button', { name: `Confirm: ${guest}` }).click()
  for (const page of [ada, lena]) {
    await expect(bookingRow(page, guest).locator('.booking-status')).toHaveText('Confirmed')
    await expect(page.getByTestId('bookings-count')).toHaveText(`${requested.length - 1} need an answer`)
  }
  // What was done, and by whom.
  await lena.getByRole('button', { name: guest, exact: true }).click()
  await expect(bookingRow(lena, guest).getByTestId('booking-history')).toContainText('Adaeze Okonkwo confirmed it')
  await Promise.all([ada, lena].map((page) => expectVerdict(page)))
})

test('a goal that is edited in one window is seen in the other, and an own action is never there twice', async ({
  open,
  as,
}) => {
  const [goal] = await (await as('adaeze')).read<Goal[]>('/goals')
  const ada = await open('adaeze', { place: `/goal/${goal!.id}` })
  const lena = await open('lena')
  const name = 'Payouts arrive on the same day'
  await ada.getByTestId('goal-name-input').fill(name)
  await ada.getByTestId('goal-name-save').click()
  await expect(lena.locator(`[data-goal-id="${goal!.id}"]`).getByTestId('goal-name')).toHaveText(name)

  await goTo(lena, `/goal/${goal!.id}`)
  const action = 'Call the clearing bank about the cut-off'
  const counts = [await watchFor(ada, 'label.action', action), await watchFor(lena, 'label.action', action)]
  await ada.getByRole('textbox', { name: 'Add an action' }).fill(action)
  await ada.keyboard.press('Enter')
  await lena.getByRole('checkbox', { name: action }).check()
  for (const page of [ada, lena]) await expect(page.getByRole('checkbox', { name: action })).toBeChecked()
  await Promise.all([ada, lena].map((page) => expectVerdict(page)))
  for (const most of counts) expect(await most()).toEqual([1])
})

const wallet = (page: Page, currency: string) => page.getByTestId(`wallet-${currency}`)

async function transfer(page: Page, amount: string): Promise<void> {
  if (!(await page.getByTestId('send').isVisible())) await page.getByTestId('new-transfer').click()
  const form = page.getByRole('form', { name: 'New transfer' })
  await form.getByLabel('Amount').fill(amount)
  await form.getByLabel('To', { exact: true }).fill('Okafor Logistics')
  await form.getByLabel('What for').fill('Freight to Kano')
  await page.getByTestId('send').click()
}

test('a transfer changes the balance in every window of the person, and a frozen wallet refuses with a sentence', async ({
  open,
  as,
}) => {
  const ada = await as('adaeze')
  const [desk, phone] = await Promise.all([
    open('adaeze', { place: '/payments' }),
    open('adaeze', { place: '/payments' }),
  ])
  const [{ availableBalance }] = await ada.read<[{ availableBalance: number }]>('/payments/wallets')
  const money = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'NGN', currencyDisplay: 'narrowSymbol' })
  const rows = await watchFor(phone, '[data-testid="transaction"]', 'Okafor Logistics')
  await transfer(desk, '1250.50')
  for (const page of [desk, phone]) {
    await expect(wallet(page, 'NGN').getByTestId('available')).toHaveText(
      money.format((availableBalance - 125_050) / 100),
    )
    const row = page.getByTestId('transaction').first()
    await expect(row).toContainText('Okafor Logistics')
    await expect(row).toContainText('Pending')
  }
  expect(await rows()).toEqual([1])

  await wallet(phone, 'NGN').getByTestId('freeze').click()
  for (const page of [desk, phone]) await expect(wallet(page, 'NGN')).toContainText('Frozen')
  await transfer(desk, '10')
  await expect(desk.getByRole('alert')).toContainText(
    'Not sent. The wallet in NGN is frozen. Unfreeze it to send money from it.',
  )
  await wallet(desk, 'NGN').getByTestId('freeze').click()
  for (const page of [desk, phone]) await expect(wallet(page, 'NGN')).toContainText('Active')
  await Promise.all([desk, phone].map((page) => expectVerdict(page)))
})

const unreadMessages = async (page: Page): Promise<number> => {
  const text = await page.locator('.social-nav a[href="#/social/chat"]').textContent()
  return Number(/(\d+) unread/.exec(text ?? '')?.[1] ?? 0)
}

/** The numbers and the words of the messages on screen. */
const messagesOn = (page: Page): Promise<Message[]> =>
  page.getByTestId('message').evaluateAll((items) =>
    items.map((item) => ({
      n: Number(item.getAttribute('data-n')),
      text: item.querySelector('.social-message-text')?.textContent ?? '',
    })),
  )

test('unread counts fall in every window when a thread is opened, and messages are in order, each once', async ({
  open,
  as,
}) => {
  const [ada, lena] = [await as('adaeze'), await as('lena')]
  const [desk, phone] = await Promise.all([
    open('adaeze', { place: '/social' }),
    open('adaeze', { place: '/social/chat' }),
  ])
  const unread = async () =>
    (await ada.read<Thread[]>('/social/threads')).reduce((sum, thread) => sum + thread.unread, 0)
  const before = await unread()
  for (const page of [desk, phone]) await expect.poll(() => unreadMessages(page)).toBe(before)
  for (let number = 1; number <= 3; number++) await say(lena, `Lena's remark ${number}`)
  for (const page of [desk, phone]) await expect.poll(() => unreadMessages(page)).toBe(before + 3)

  const inThread = (await ada.read<Thread[]>('/social/threads')).find(({ id }) => id === 'adaeze-lena')!.unread
  await phone.getByTestId('thread-link').filter({ hasText: 'Lena Vogt' }).click()
  for (const page of [desk, phone]) await expect.poll(() => unreadMessages(page)).toBe(before + 3 - inThread)

  // Both write at the same time.
  const other = await open('lena', { place: '/social/chat/adaeze-lena' })
  const writers = [phone, other]
  const texts = ['phone', 'other'].map((who) => [1, 2, 3, 4, 5].map((line) => `Line ${line} of the ${who}`))
  const counts = [
    await watchFor(phone, '.social-message', ...texts.flat()),
    await watchFor(other, '.social-message', ...texts.flat()),
  ]
  await Promise.all(
    writers.map(async (page, who) => {
      for (const text of texts[who]!) {
        await page.getByTestId('message-input').fill(text)
        await page.getByTestId('message-input').press('Enter')
      }
    }),
  )
  await expectAllMessages(writers, lena)
  const shown = (await messagesOn(other)).map(({ text }) => text)
  for (const own of texts) expect(shown.filter((text) => own.includes(text))).toEqual(own)
  for (const most of counts) expect(await most()).toEqual(texts.flat().map(() => 1))
  await Promise.all([desk, phone, other].map((page) => expectVerdict(page)))
})

const say = (person: Person, text: string) =>
  person.send('POST', '/social/threads/adaeze-lena/messages', { text, key: crypto.randomUUID() })

/** The windows show the thread of the two up to its end, in order, with nothing missing and nothing twice. */
async function expectAllMessages(pages: readonly Page[], person: Person): Promise<void> {
  const thread = (await person.read<Thread[]>('/social/threads')).find(({ id }) => id === 'adaeze-lena')!
  for (const page of pages) {
    const numbers = async () => (await messagesOn(page)).map(({ n }) => n)
    await expect.poll(async () => (await numbers()).at(-1)).toBe(thread.last!.n)
    const [first = 0, ...rest] = await numbers()
    expect(rest).toEqual(rest.map((_, index) => first + index + 1))
  }
}

// ── bad links ───────────────────────────────────────────────────────────────────────────────────────────────────

test('over a link that loses, doubles, swaps and delays, every room comes to what the server says', async ({
  open,
  as,
  demo,
}) => {
  const troubles = ['drop', 'duplicate', 'reorder', 'delay']
  const windows = await Promise.all([open('adaeze'), open('lena')])
  const [ada, lena] = windows
  await Promise.all(windows.map((page) => setChaos(page, true, ...troubles)))
  await demo.control('PUT', '/teammate')
  await ada.getByTestId('chaos-burst').click()
  await Promise.all(windows.map((page) => visitAll(page)))
  await say(await as('lena'), 'Said over a bad line')
  await goTo(ada, '/payments')
  await transfer(ada, '99')
  await goTo(lena, '/bookings')
  await book(lena, 'Written down over a bad line')
  await lena.getByTestId('chaos-burst').click()
  await Promise.all(windows.map((page) => expectEvents(page, 150)))

  await demo.control('DELETE', '/teammate')
  await Promise.all(windows.map((page) => setChaos(page, false, ...troubles)))
  await Promise.all(windows.map((page) => expectVerdict(page, 60_000)))
  // What was off screen is fetched as it comes on.
  await Promise.all(windows.map((page) => visitAll(page)))
  await Promise.all(windows.map((page) => expectVerdict(page)))
  for (const page of windows) expect(await counter(page, 'duplicates')).toBeGreaterThan(0)
})

const kilobyte = 1_000
/** As mobile networks are, over the distance from Lagos to a server in Europe. */
const slow = {
  '2G': { latencyMs: 350, bytesPerSecond: { up: 24 * kilobyte, down: 32 * kilobyte } },
  '3G': { latencyMs: 150, bytesPerSecond: { up: 90 * kilobyte, down: 180 * kilobyte } },
}
for (const [network, shape] of Object.entries(slow)) {
  test(`on ${network} an edit goes out, the edits of others come in, and all rooms are true`, async ({
    open,
    as,
    demo,
    link,
  }) => {
    const page = await open('adaeze', { through: link })
    link.set(shape)
    await demo.control('PUT', '/teammate')
    await visitAll(page, 60_000)
    await goTo(page, '/social/chat/adaeze-lena', 60_000)
    const lena = await as('lena')
    const own = `Written on ${network}`
    const counts = await watchFor(page, '.social-message', own, `Heard on ${network}`)
    await page.getByTestId('message-input').fill(own)
    await page.getByTestId('message-input').press('Enter')
    await say(lena, `Heard on ${network}`)
    await demo.control('DELETE', '/teammate')
    await expect
      .poll(async () => (await messagesOn(page)).filter(({ text }) => text.endsWith(`on ${network}`)).length)
      .toBe(2)
    await expectAllMessages([page], lena)
    expect(await counts()).toEqual([1, 1])
    await expectConnected(page)
    await expectVerdict(page, 40_000)
    expect(await counter(page, 'losses')).toBe(0)
  })
}

test('a network that is cut again and again loses nothing and doubles nothing', async ({ open, as, demo }) => {
  const ada = await as('adaeze')
  const page = await open('lena', { place: '/social/chat/adaeze-lena' })
  await openDrawer(page)
  const rounds = [1, 2, 3]
  const texts = rounds.flatMap((round) => [`While away, ${round}`, `While there, ${round}`])
  const counts = await watchFor(page, '.social-message', ...texts)
  await demo.control('PUT', '/teammate')
  for (const round of rounds) {
    await page.getByTestId('cut-network').click()
    await expect(indicator(page)).toHaveAttribute('data-status', 'reconnecting')
    await say(ada, `While away, ${round}`)
    await page.getByTestId('cut-network').click()
    await say(ada, `While there, ${round}`)
    await expectConnected(page)
  }
  await demo.control('DELETE', '/teammate')
  await expectAllMessages([page], ada)
  expect(await counts()).toEqual(texts.map(() => 1))
  await expectVerdict(page)
  expect({ resumes: await counter(page, 'resumes'), losses: await counter(page, 'losses') }).toEqual({
    resumes: rounds.length,
    losses: 0,
  })
})

test('a server that is restarted while events flow is waited for, and everything is true afterwards', async ({
  open,
  as,
  demo,
}) => {
  const windows = await Promise.all([open('adaeze'), open('lena', { place: '/social/chat/adaeze-lena' })])
  const [ada, lena] = windows
  await visitAll(ada)
  await demo.control('PUT', '/teammate')
  await expectEvents(ada, 5)
  await ada.getByTestId('restart-server').click()
  for (const page of windows) await expect(indicator(page)).toHaveAttribute('data-status', 'reconnecting')
  for (const page of windows) await expectConnected(page, 40_000)
  // The teammate goes on as soon as the server answers.
  await Promise.all(windows.map((page) => expectEvents(page, 5)))
  await say(await as('adaeze'), 'Back again')
  await demo.control('DELETE', '/teammate')
  await expectAllMessages([lena], await as('lena'))
  await visitAll(ada)
  await Promise.all(windows.map((page) => expectVerdict(page, 30_000)))
})

test('a token that expires is replaced unseen: no load, no way out of the page, and events go on', async ({
  open,
  as,
}) => {
  const page = await open('adaeze', { place: '/social/chat/adaeze-lena' })
  await openDrawer(page)
  const loads: string[] = []
  page.on('framenavigated', (frame) => loads.push(frame.url()))
  const address = page.url()
  const renewed = page.waitForResponse((response) => response.url().endsWith('/api/session'))
  // What is half written stays.
  await page.getByTestId('message-input').fill('Half a sentence')
  await page.getByTestId('chaos-expire').click()
  expect((await renewed).status()).toBe(201)
  await expectConnected(page)
  const lena = await as('lena')
  await say(lena, 'After the token')
  await expect.poll(async () => (await messagesOn(page)).at(-1)?.text).toBe('After the token')
  await expect(page.getByTestId('message-input')).toHaveValue('Half a sentence')
  await page.getByTestId('message-input').press('Enter')
  await expect.poll(async () => (await messagesOn(page)).at(-1)?.text).toBe('Half a sentence')
  await expectAllMessages([page], lena)
  await expectVerdict(page)
  expect({ loads, address: page.url() }).toEqual({ loads: [], address })
})

test('a tab that was hidden and frozen for minutes is true within seconds of coming back', async ({
  open,
  as,
  demo,
  link,
}) => {
  const page = await open('adaeze', { place: '/social/chat/adaeze-lena', through: link, hasClock: true })
  const devtools = await page.context().newCDPSession(page)
  await setVisibility(page, 'hidden')
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  // There is no network meanwhile, and nobody tells a page that sleeps. (Links that end unheard: faults.e2e.ts, F2 and F19.)
  link.set({ refuses: true })
  link.cut()
  const [ada, lena] = [await as('adaeze'), await as('lena')]
  await demo.control('PUT', '/teammate')
  for (let number = 1; number <= 5; number++) await say(lena, `While hidden, ${number}`)
  const [goal] = await ada.read<Goal[]>('/goals')
  await lena.send('PATCH', `/goals/${goal!.id}`, { name: 'Renamed behind the curtain' })
  await page.clock.fastForward('07:00')
  await demo.control('DELETE', '/teammate')
  expect((await messagesOn(page)).filter(({ text }) => text.startsWith('While hidden'))).toEqual([])

  link.set({})
  const backAt = performance.now()
  await devtools.send('Page.setWebLifecycleState', { state: 'active' })
  await setVisibility(page, 'visible')
  await expect.poll(async () => (await messagesOn(page)).at(-1)?.text).toBe('While hidden, 5')
  const tookMs = performance.now() - backAt
  console.log(`True ${tookMs.toFixed(0)} ms after it came back`)
  expect(tookMs).toBeLessThan(5_000)
  await expectAllMessages([page], ada)
  await goTo(page, '/')
  await expect(page.locator(`[data-goal-id="${goal!.id}"]`).getByTestId('goal-name')).toHaveText(
    'Renamed behind the curtain',
  )
  await expectVerdict(page)
})

/** What a tab is told by its browser; headless pages are in front for ever. */
async function setVisibility(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate((next) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => next })
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => next === 'hidden' })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, state)
}

// ── small, dark, and by keyboard ────────────────────────────────────────────────────────────────────────────────

/** A phone of the smaller kind. */
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

test('on a phone every room is reached by a finger, fits, and does its main thing', async ({ open }) => {
  const page = await open('adaeze', phone)
  const room = (name: string) => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name })

  await page.getByRole('button', { name: 'New goal' }).tap()
  await page.getByTestId('new-goal-name').fill('Written with a thumb')
  await page.getByTestId('new-goal-save').tap()
  const goal = page.getByTestId('goal-row').filter({ hasText: 'Written with a thumb' })
  await expect(goal).toHaveCount(1)
  expect(await overflowFaults(page)).toEqual([])
  await goal.getByTestId('goal-name').tap()
  await expect(page.getByTestId('goal-name-input')).toHaveValue('Written with a thumb')

  await room('Payments').tap()
  await settle(page)
  await transfer(page, '7')
  await expect(page.getByTestId('transaction').first()).toContainText('Freight to Kano')
  expect(await overflowFaults(page)).toEqual([])

  await room('Bookings').tap()
  await settle(page)
  await book(page, 'Thumb, Tom')
  await expect(bookingRow(page, 'Thumb, Tom')).toHaveCount(1)
  expect(await overflowFaults(page)).toEqual([])

  await room('Social').tap()
  await settle(page)
  await page.locator('.social-nav').getByRole('link', { name: 'Chat' }).tap()
  await page.getByTestId('thread-link').filter({ hasText: 'Lena Vogt' }).tap()
  await page.getByTestId('message-input').fill('From a phone')
  await page.getByRole('button', { name: 'Send' }).tap()
  await expect.poll(async () => (await messagesOn(page)).at(-1)?.text).toBe('From a phone')
  await page.getByRole('link', { name: 'Back to the threads' }).tap()

  const faults: string[] = []
  for (const place of places) {
    await goTo(page, place)
    faults.push(...(await overflowFaults(page)).map((fault) => `${place}: ${fault}`))
  }
  expect(faults).toEqual([])
  await expectVerdict(page)
  expect(await overflowFaults(page)).toEqual([])
})

for (const [width, height] of [
  [1440, 900],
  [360, 740],
] as const) {
  test(`axe finds nothing in any room at ${width} px, by day and by night, with the drawer open and closed`, async ({
    open,
  }) => {
    const page = await open('adaeze', { viewport: { width, height }, reducedMotion: 'reduce' })
    const faults: string[] = []
    async function look(where: string) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        faults.push(...(await axeFaultsOfPage(page)).map((fault) => `${where}, ${colorScheme}: ${fault}`))
      }
    }
    await closeDrawer(page)
    for (const place of places) {
      await goTo(page, place)
      await look(place)
    }
    // It is the same drawer everywhere; what it leaves of the content is not.
    for (const place of ['/', '/payments', '/bookings', '/social/chat/sepa-launch']) {
      await goTo(page, place)
      await openDrawer(page)
      await look(`${place}, with the drawer`)
      await closeDrawer(page)
    }
    expect(faults).toEqual([])
    await expectVerdict(page)
  })
}

test('every room can be walked through with Tab, and the focus is seen at each stop', async ({ open }) => {
  const page = await open('adaeze', { reducedMotion: 'reduce' })
  const faults: string[] = []
  for (const place of places) {
    await goTo(page, place)
    // It is the same everywhere.
    if (place !== '/') await closeDrawer(page)
    const found = [...(await focusFaults(page, { within: 'body', maxStops: 250 })), ...(await unreachedFaults(page))]
    faults.push(...found.map((fault) => `${place}: ${fault}`))
  }
  expect(faults).toEqual([])
  await expectVerdict(page)
})
