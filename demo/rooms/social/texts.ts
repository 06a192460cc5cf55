// What is said in the room: at first, and as time goes on. Words only; who says them, and when, is seed.ts and happen.ts.

/** The room at first, the oldest first. */
export const firstPosts: readonly (readonly [
  authorId: string,
  hoursAgo: number,
  text: string,
  likedBy: readonly string[],
])[] = [
  [
    'jonas',
    71,
    'The Berlin office has a second meeting room from today. It is called Stork, and the door does close if you lift it a little.',
    ['lena', 'marcus'],
  ],
  [
    'ifeoma',
    52,
    'We signed our fourth bank partner in Lagos this morning. Settlement moves from next day to within the hour for a third of our volume.',
    ['adaeze', 'tunde', 'lena', 'marcus'],
  ],
  [
    'marcus',
    47,
    'New York had its first full week on the new ledger. 1.2 million entries, no difference at close, four nights of quiet sleep.',
    ['ifeoma', 'jonas'],
  ],
  [
    'lena',
    30,
    'The SEPA Instant tests are green against both clearing banks. What is left is the paperwork, which is most of the work.',
    ['adaeze', 'jonas'],
  ],
  [
    'tunde',
    26,
    'Chargebacks on card payments fell below 0.3 % last month, for the first time since we launched cards. Thanks to everybody who read evidence files on a Friday.',
    ['ifeoma', 'adaeze', 'marcus'],
  ],
  [
    'adaeze',
    22,
    'I wrote down how we decide what goes into a release, in one page. Please tell me where it does not match what we really do.',
    ['lena', 'tunde'],
  ],
  [
    'jonas',
    8,
    'A merchant asked for a receipt in Yoruba, so receipts can be in Yoruba now. It took an afternoon, most of it spent checking the plurals.',
    ['ifeoma', 'tunde', 'adaeze'],
  ],
  [
    'ifeoma',
    5,
    'Interviews for the fraud team begin on Monday. If you know somebody who enjoys asking why, send them our way.',
    ['marcus'],
  ],
  [
    'marcus',
    3,
    'The on-call book has a new first page: what to look at in the first five minutes, and whom to wake in the sixth.',
    ['lena', 'adaeze', 'jonas'],
  ],
  [
    'tunde',
    1,
    'Payouts to mobile wallets now confirm in 9 seconds at the median. It was 41 in spring.',
    ['adaeze', 'ifeoma'],
  ],
]

/** `#` is a figure that differs each time. */
export const laterPosts: readonly string[] = [
  'Reconciliation for yesterday is closed: # differences found, all of them explained before lunch.',
  'The sandbox answers in # ms at the median again. The slow index is gone, and so is the person who made it, for two weeks of holiday.',
  '# merchants went live since Monday. The longest onboarding took two days, the shortest eleven minutes.',
  'We retried # payouts that a partner bank had lost in the night. Nobody was paid twice.',
  'Support closed # tickets before noon. The most common question is still where to find the settlement report.',
  'The new fee page is up. It has # fewer words than the old one and answers more.',
  'Load test: # payments a second for an hour, without a queue growing anywhere.',
  'A customer in Ibadan found a rounding mistake of one kobo. It is mended, and # invoices were corrected.',
  'The audit asked for # documents. We had all but one, and that one is written now.',
  'Webhooks: # % arrive at the first attempt this week. The rest arrive at the second.',
]

export type Talk = readonly (readonly [authorId: string, text: string])[]

export interface FirstThread {
  id: string
  title: string | null
  members: readonly string[]
  talk: Talk
  /** How many of the last messages the first person of the team has not read. */
  unread: number
}

const launch: Talk = [
  ['lena', 'Both clearing banks have confirmed the window for Tuesday, 6 to 8 in the morning.'],
  ['adaeze', 'Good. Who switches the routing table, and who can switch it back?'],
  ['lena', 'I switch it, Jonas switches it back. We rehearsed it twice on staging.'],
  ['jonas', 'Going back takes forty seconds. Most of that is me reading the command aloud.'],
  ['marcus', 'New York will be asleep. Call me if the ledger says anything it has not said before.'],
  ['adaeze', 'Then the last open point is the notice to merchants.'],
  ['ifeoma', 'It went out an hour ago, in English, German and French.'],
  ['lena', 'Two merchants asked whether old mandates stay valid. They do; I answered both.'],
  ['jonas', 'I put the graph of the rehearsal into the release page.'],
  ['adaeze', 'Looks calm. I am in favour of Tuesday.'],
  ['lena', 'Then Tuesday it is.'],
  ['jonas', 'Staging is frozen from tonight, so please nothing new there.'],
]

const incident: Talk = [
  ['tunde', 'Payouts to one partner bank are slow since 14:10. Nothing is lost, the queue just grows.'],
  ['marcus', 'I see it. Their endpoint answers after 20 seconds instead of two.'],
  ['tunde', 'I called them: they are moving a data centre and forgot to tell anybody.'],
  ['ifeoma', 'How many customers wait?'],
  ['tunde', '312, the longest for eleven minutes. Support has the wording.'],
  ['marcus', 'I raised the timeout, so we stop retrying what is already on its way.'],
  ['adaeze', 'Thank you both. I will note it for the status page.'],
  ['tunde', 'The queue is empty again, last one paid at 15:02.'],
]

const lunch: Talk = [
  ['ifeoma', 'The caterer asks for Thursday. Jollof for everybody, or half and half with the salad?'],
  ['tunde', 'Is that a question?'],
  ['jonas', 'Berlin votes by video: jollof.'],
  ['marcus', 'New York is jealous and votes for photographs.'],
  ['lena', 'I am in Lagos on Thursday. I planned it around this.'],
]

const direct: Talk = [
  ['adaeze', 'Could you read my page on releases before I show it to the others?'],
  ['lena', 'Read it. The part on reverting is the best of it, so I would begin with that.'],
  ['adaeze', 'Then it begins with that.'],
  ['lena', 'One more: say who decides when nobody is awake.'],
]

const hiring: Talk = [
  ['ifeoma', 'Three people for the fraud team by autumn. The budget is agreed.'],
  ['adaeze', 'Which one first?'],
  ['ifeoma', 'The analyst. The rules are good, but nobody has time to read what they catch.'],
]

const notForAll: Talk = [
  ['marcus', 'The ledger export for the audit is in the shared folder.'],
  ['jonas', 'Got it. I will match it with the bank statements by tomorrow.'],
]

export const firstThreads: readonly FirstThread[] = [
  {
    id: 'sepa-launch',
    title: 'SEPA Instant launch',
    members: ['adaeze', 'lena', 'jonas', 'marcus', 'ifeoma'],
    talk: launch,
    unread: 2,
  },
  { id: 'incidents', title: 'Incidents', members: ['adaeze', 'tunde', 'marcus', 'ifeoma'], talk: incident, unread: 1 },
  {
    id: 'lagos-lunch',
    title: 'Lagos lunch',
    members: ['adaeze', 'tunde', 'lena', 'marcus', 'ifeoma', 'jonas'],
    talk: lunch,
    unread: 0,
  },
  { id: 'adaeze-lena', title: null, members: ['adaeze', 'lena'], talk: direct, unread: 1 },
  { id: 'adaeze-ifeoma', title: null, members: ['adaeze', 'ifeoma'], talk: hiring, unread: 0 },
  { id: 'audit', title: 'Audit', members: ['marcus', 'jonas'], talk: notForAll, unread: 0 },
]

/** Before the talk of today in the first thread, so that there is something to go back to. */
export const earlierMessages: readonly string[] = [
  'The draft of the contract with the second clearing bank is back, with # remarks.',
  'I went through # of them; none of them changes what we build.',
  'Test payment # went through in under five seconds.',
  'The IBAN check refuses # test accounts that it should take. I am on it.',
  'That was a leading zero. It takes them now, all #.',
  'The limits for the first week are # thousand euro a payment.',
]

export const laterMessages: readonly string[] = [
  'Batch # is through.',
  'I am looking at # open cases, nothing unusual among them.',
  'Can somebody have a second look at ticket #?',
  'Done, ticket # is closed.',
  'The bank called back; they expect to be done by #:30.',
  'I moved our call to #:15, so that New York can sleep.',
  'The numbers of yesterday are in: # payments, all settled.',
  'Thanks, that saves me # minutes.',
  'I would wait for the report before we decide.',
  'Agreed. I write it down.',
  'Looks good from here.',
  'Who is on call tonight?',
  'I am. Everything is quiet so far.',
  'Please no deploys after #:00 today.',
]

export interface FirstGathering {
  id: string
  title: string
  about: string
  venue: string
  hostId: string
  inDays: number
  /** Hour of the day, in UTC. */
  hour: number
  replies: Readonly<Record<string, 'going' | 'maybe' | 'no'>>
}

export const firstGatherings: readonly FirstGathering[] = [
  {
    id: 'ledger-clinic',
    title: 'Ledger clinic',
    about: 'Bring an entry that puzzles you; Marcus brings the double-entry rules.',
    venue: 'New York, 4th floor, and by video',
    hostId: 'marcus',
    inDays: 2,
    hour: 14,
    replies: { marcus: 'going', lena: 'going', jonas: 'maybe', 'guest-dana': 'going' },
  },
  {
    id: 'partners-evening',
    title: 'Evening with our bank partners',
    about: 'Short talks on instant settlement, then dinner on the terrace.',
    venue: 'Lagos, Victoria Island',
    hostId: 'ifeoma',
    inDays: 5,
    hour: 17,
    replies: {
      ifeoma: 'going',
      tunde: 'going',
      'guest-folake': 'going',
      'guest-emeka': 'going',
      'guest-henrik': 'maybe',
      'guest-priya': 'going',
      'guest-clara': 'going',
      lena: 'going',
    },
  },
  {
    id: 'incident-review',
    title: 'Open review of last month’s incidents',
    about: 'What we saw, what we did, and what we would rather have done.',
    venue: 'By video',
    hostId: 'tunde',
    inDays: 8,
    hour: 13,
    replies: { tunde: 'going', adaeze: 'going', marcus: 'going', jonas: 'no' },
  },
  {
    id: 'berlin-open-house',
    title: 'Open house in Berlin',
    about: 'For merchants, students and neighbours. Guided tours of the payments floor at four and at six.',
    venue: 'Berlin, Kreuzberg',
    hostId: 'adaeze',
    inDays: 16,
    hour: 15,
    replies: { lena: 'going', jonas: 'going', 'guest-clara': 'maybe', 'guest-henrik': 'going' },
  },
]

export const firstMembers = [
  { id: 'adaeze', role: 'admin', title: 'Head of product', city: 'Lagos' },
  { id: 'tunde', role: 'member', title: 'Payouts', city: 'Lagos' },
  { id: 'lena', role: 'admin', title: 'Bank integrations', city: 'Berlin' },
  { id: 'marcus', role: 'member', title: 'Ledger', city: 'New York' },
  { id: 'ifeoma', role: 'owner', title: 'Chief operating officer', city: 'Lagos' },
  { id: 'jonas', role: 'member', title: 'Merchant tools', city: 'Berlin' },
] as const

/** Who follows whom; `requested` still waits for an answer. */
export const firstRelations: readonly (readonly [fromId: string, toId: string, state: 'requested' | 'following'])[] = [
  ['adaeze', 'tunde', 'following'],
  ['adaeze', 'lena', 'following'],
  ['adaeze', 'marcus', 'following'],
  ['adaeze', 'ifeoma', 'following'],
  ['lena', 'adaeze', 'following'],
  ['lena', 'jonas', 'following'],
  ['lena', 'marcus', 'following'],
  ['tunde', 'adaeze', 'following'],
  ['tunde', 'ifeoma', 'following'],
  ['ifeoma', 'tunde', 'following'],
  ['ifeoma', 'adaeze', 'following'],
  ['marcus', 'ifeoma', 'following'],
  ['marcus', 'jonas', 'following'],
  ['jonas', 'lena', 'following'],
  ['jonas', 'adaeze', 'requested'],
  ['marcus', 'adaeze', 'requested'],
  ['tunde', 'lena', 'requested'],
]

/** To the first person of the team, the oldest first. */
export const firstNotices = [
  {
    kind: 'rsvp',
    byId: 'lena',
    text: 'is coming to Open house in Berlin',
    href: '#/social/events',
    hoursAgo: 40,
    read: 1,
  },
  {
    kind: 'like',
    byId: 'lena',
    text: 'liked your post “I wrote down how we decide what goes into a release, in one…”',
    href: '#/social',
    hoursAgo: 21,
    read: 1,
  },
  {
    kind: 'like',
    byId: 'tunde',
    text: 'liked your post “I wrote down how we decide what goes into a release, in one…”',
    href: '#/social',
    hoursAgo: 19,
    read: 1,
  },
  {
    kind: 'rsvp',
    byId: 'jonas',
    text: 'is coming to Open house in Berlin',
    href: '#/social/events',
    hoursAgo: 6,
    read: 0,
  },
  { kind: 'follow', byId: 'marcus', text: 'asks to follow you', href: '#/social/people', hoursAgo: 4, read: 0 },
  { kind: 'follow', byId: 'jonas', text: 'asks to follow you', href: '#/social/people', hoursAgo: 2, read: 0 },
] as const
