// What an empty workspace begins with: a payments company between Lagos, Berlin and New York.
import type { Area, Issue, Unit } from '../shared/entities.ts'
import type { Records } from './records.ts'

interface SeedGoal {
  name: string
  area: Area
  owner: string
  completed?: true
  /** name, unit, start, value, target */
  measures: readonly (readonly [string, Unit, number, number, number])[]
  /** A leading `+` is a done one. */
  actions: readonly string[]
  issues?: readonly (readonly [string, Issue['severity']])[]
}

const goals: readonly SeedGoal[] = [
  {
    name: 'Bring 400 merchants in Lagos and Abuja live',
    area: 'growth',
    owner: 'tunde',
    measures: [
      ['Monthly volume of new merchants', 'NGN', 0, 312_400_000, 480_000_000],
      ['Merchants live', 'count', 0, 251, 400],
    ],
    actions: [
      '+Agree on fees with the market associations',
      '+Train the field team in Surulere',
      'Print stickers with the new payment codes',
      'Visit the fifty largest pharmacies',
      'Publish the onboarding guide in Yoruba and Hausa',
    ],
  },
  {
    name: 'Open the Berlin market',
    area: 'growth',
    owner: 'lena',
    measures: [
      ['Signed yearly revenue', 'EUR', 0, 186_500, 600_000],
      ['Merchants in the pilot', 'count', 0, 14, 30],
    ],
    actions: [
      '+Sign the agreement with the acquiring bank',
      'Translate the merchant dashboard',
      'Pass the review of the terms of service',
      'Connect the first three accounting tools',
    ],
    issues: [['The bank asks for a second proof of capital', 'blocker']],
  },
  {
    name: 'Win ten platform partners in the United States',
    area: 'growth',
    owner: 'marcus',
    measures: [
      ['Contracted partner revenue', 'USD', 0, 1_240_000, 2_000_000],
      ['Partners signed', 'count', 0, 6, 10],
    ],
    actions: [
      '+Write the partner handbook',
      '+Offer sandbox accounts without a call',
      'Present at the spring partner summit',
      'Settle the revenue share with Northline',
    ],
    issues: [['Two partners wait for a signed data agreement', 'risk']],
  },
  {
    name: 'Settle card payments within one working day',
    area: 'product',
    owner: 'ifeoma',
    measures: [
      ['Payments settled in one day', 'percent', 61, 83, 98],
      ['Float needed for early settlement', 'NGN', 900_000_000, 640_000_000, 400_000_000],
    ],
    actions: [
      '+Read settlement files as they arrive',
      '+Alert on files that are an hour late',
      'Move weekend batches to Saturday night',
      'Show the expected day on each payment',
    ],
  },
  {
    name: 'Ship invoicing for small businesses',
    area: 'product',
    owner: 'jonas',
    measures: [
      ['Paid through invoices each month', 'EUR', 0, 74_300, 150_000],
      ['Businesses that sent an invoice', 'count', 0, 412, 900],
    ],
    actions: [
      '+Draw the invoice editor',
      '+Send reminders before the due date',
      'Support value added tax for Germany',
      'Let customers pay by bank transfer',
      'Write the help pages',
    ],
  },
  {
    name: 'Make refunds visible to customers at once',
    area: 'product',
    owner: 'adaeze',
    measures: [['Refunds shown within a minute', 'percent', 22, 67, 95]],
    actions: ['+Publish refund events', 'Show refunds in the receipt', 'Tell the support desk how it works'],
  },
  {
    name: 'Answer every merchant within two hours',
    area: 'operations',
    owner: 'ifeoma',
    measures: [
      ['Time to a first answer', 'hours', 9, 3.4, 2],
      ['Answered in the first reply', 'percent', 48, 66, 75],
    ],
    actions: [
      '+Open the evening shift',
      'Route questions by language',
      'Write answers to the thirty most asked questions',
    ],
    issues: [['The evening shift is two people short', 'risk']],
  },
  {
    name: 'Halve the cost of failed payouts',
    area: 'operations',
    owner: 'tunde',
    measures: [
      ['Monthly cost of failed payouts', 'NGN', 18_600_000, 12_900_000, 9_300_000],
      ['Payouts that fail', 'percent', 1.8, 1.1, 0.5],
    ],
    actions: [
      '+Check account numbers before the payout',
      'Retry on the second bank',
      'Explain a failure in the merchant’s words',
    ],
  },
  {
    name: 'Reach break-even in Nigeria by December',
    area: 'finance',
    owner: 'adaeze',
    measures: [
      ['Monthly contribution', 'NGN', -120_000_000, -31_500_000, 0],
      ['Cost to serve a merchant', 'NGN', 4_200, 3_150, 2_600],
    ],
    actions: [
      '+Renegotiate the switching fees',
      'Close the two smallest offices',
      'Move statements from paper to email',
      'Review prices for merchants above ₦50m a month',
    ],
  },
  {
    name: 'Close the books within five working days',
    area: 'finance',
    owner: 'lena',
    measures: [['Working days to close', 'days', 12, 7, 5]],
    actions: ['+Reconcile card accounts every day', 'Book accruals by template', 'Agree on one chart of accounts'],
  },
  {
    name: 'Lower the cost of card processing',
    area: 'finance',
    owner: 'marcus',
    measures: [
      ['Monthly processing cost', 'USD', 310_000, 248_000, 220_000],
      ['Routed to the cheapest network', 'percent', 40, 71, 90],
    ],
    actions: ['+Compare the offers of three processors', 'Route debit cards by network', 'Ask for level-two data'],
    issues: [['The second processor fails one payment in forty', 'risk']],
  },
  {
    name: 'Hire the Berlin team of eight',
    area: 'people',
    owner: 'lena',
    measures: [
      ['Colleagues who have started', 'count', 0, 5, 8],
      ['Spent on recruiting', 'EUR', 0, 41_200, 80_000],
    ],
    actions: [
      '+Open an office for twelve',
      '+Settle salary bands',
      'Find a lead for compliance',
      'Hold the first offsite',
    ],
  },
  {
    name: 'Release on the first day for new engineers',
    area: 'people',
    owner: 'jonas',
    measures: [['Days to a first release', 'days', 9, 3, 1]],
    actions: ['+Set a machine up by one command', '+Name a guide for each new colleague', 'Keep a list of first tasks'],
  },
  {
    name: 'Pass the yearly card security audit',
    area: 'operations',
    owner: 'marcus',
    completed: true,
    measures: [
      ['Findings closed', 'count', 0, 23, 23],
      ['Cost of the audit', 'USD', 0, 64_000, 64_000],
    ],
    actions: ['+Rotate all keys', '+Prove the backups', '+Train everybody who sees card data'],
  },
]

const dayMs = 86_400_000

/** Fills the workspace unless it holds goals. */
export function seed(records: Records) {
  if (records.all('goals').length > 0) return
  const begin = Date.now() - 60 * dayMs
  records.atomic(() => {
    for (const [index, goal] of goals.entries()) {
      // The newest stands first in the list, so the first of the table is the newest.
      seedGoal(records, goal, new Date(begin + (goals.length - index) * dayMs).toISOString())
    }
  })
}

function seedGoal(records: Records, goal: SeedGoal, createdAt: string) {
  const { name, area, owner, completed, measures, actions, issues = [] } = goal
  const stamps = { createdAt, updatedAt: createdAt }
  const goalId = records.insert('goals', { ...stamps, name, area, ownerId: owner, completed: completed ? 1 : 0 }, owner)
  for (const [measure, unit, start, value, target] of measures) {
    records.insert('measures', { ...stamps, goalId, name: measure, unit, start, value, target }, owner)
  }
  for (const action of actions) {
    const done = action.startsWith('+')
    records.insert('actions', { ...stamps, goalId, name: action.replace(/^\+/, ''), done: done ? 1 : 0 }, owner)
  }
  for (const [issue, severity] of issues) records.insert('issues', { ...stamps, goalId, name: issue, severity }, owner)
}
