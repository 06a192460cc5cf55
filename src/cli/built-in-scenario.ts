// What the mock server tells where nobody wrote a scenario: goals that come to life and are reached, a payment, a balance. Also the example
// to begin one's own with (`livecache mock --print-scenario`). Its goals fit the goals pack, its payments the protocol's own frames.

export const builtInScenario = {
  name: 'A small workspace',
  loop: true,
  lists: {
    people: [
      { id: 'u1', name: 'Adaeze Obi' },
      { id: 'u2', name: 'Tunde Bakare' },
      { id: 'u3', name: 'Lena Fischer' },
    ],
    goals: ['Open the Lagos office', 'Halve the checkout time', 'Hire a second designer', 'Close the books by the 3rd'],
    remarks: ['Numbers are in.', 'Moved to Thursday.', 'Signed off by legal.', 'Waiting for the vendor.'],
    payers: ['john@example.com', 'Kestrel Coffee', 'Obi & Daughters'],
    reasons: ['Salary payment', 'Invoice 1042', 'Refund'],
  },
  events: {
    'goal created': {
      type: 'goal.created',
      stream: 'tenant:1',
      entity: { type: 'goal', id: 'goal-{{counter:goal}}', version: 1 },
      payload: {
        goal: { id: 'goal-{{counter:goal}}', name: '{{pick:goals}}', status: 'active', version: 1 },
        by: '{{pick:people}}',
      },
    },
    'goal activity': {
      type: 'goal.activity.created',
      stream: 'tenant:1',
      payload: {
        goalId: 'goal-{{last:goal}}',
        activity: {
          id: 'activity-{{counter:activity}}',
          goalId: 'goal-{{last:goal}}',
          kind: 'comment',
          text: '{{pick:remarks}}',
          actor: '{{pick:people}}',
          createdAt: '{{now}}',
        },
      },
    },
    'goal completed': {
      type: 'goal.completed',
      stream: 'tenant:1',
      entity: { type: 'goal', id: 'goal-{{last:goal}}', version: 2 },
      payload: { goalId: 'goal-{{last:goal}}', at: '{{now}}', by: '{{pick:people}}' },
    },
    transaction: {
      type: 'transaction',
      stream: 'user:1',
      payload: {
        id: 'TXN-{{uuid}}',
        amount: '{{number:500:90000}}',
        currency: 'NGN',
        type: 'TRANSFER',
        status: 'SUCCESS',
        counterparty: '{{pick:payers}}',
        description: '{{pick:reasons}}',
        createdAt: '{{now}}',
      },
    },
    balance: {
      type: 'balance',
      stream: 'user:1',
      entity: { type: 'wallet', id: 'wallet-1' },
      payload: {
        currency: 'NGN',
        availableBalance: '{{number:40000000:50000000}}',
        ledgerBalance: 50_000_000,
        pendingAmount: 50_000,
      },
    },
  },
  steps: [
    { after: 2_000, emit: 'goal created' },
    { after: 2_000, emit: 'goal activity', repeat: 2, every: 2_000 },
    { after: 2_000, emit: 'transaction' },
    { after: 2_000, emit: 'balance' },
    { after: 2_000, emit: 'goal completed' },
  ],
}
