// The room at the server: wallets, transactions and fraud notices, each of one person and told to that person alone.
import { ApiError } from '../../server/api-error.ts'
import { type Body, choiceOf, numberOf, textOf } from '../../server/body.ts'
import type { CreateRoom, Room, RoomContext, RoomCall } from '../../server/room.ts'
import { team } from '../../server/team.ts'
import { currencies } from './entities.ts'
import { happenTo } from './happenings.ts'
import { createLedger, type Change, type NewTransaction, type Written } from './ledger.ts'
import type { Random } from './plausible.ts'
import { seed } from './seed.ts'
import { openTables } from './tables.ts'

export const createPayments: CreateRoom = (context) => createPaymentsRoom(context, Math.random)

const streamOf = (personId: string): string => `user:${personId}:payments`

/** Rooms take turns, so when it is this one's there is something to see. */
const thingsAtATime = 2

export function createPaymentsRoom({ database, publish }: RoomContext, random: Random): Room {
  const tables = openTables(database)
  seed(tables)
  const ledger = createLedger(tables)

  function tell(personId: string, changes: readonly Change[], origin?: RoomCall['origin']) {
    for (const change of changes) publish({ ...change, stream: streamOf(personId), ...(origin && { origin }) })
  }

  /** Writes all of it or nothing, tells what was written, and answers with the entity that was asked for. */
  const write =
    <Entity>(run: (personId: string, call: RoomCall) => Written<Entity>) =>
    (call: RoomCall): Entity => {
      const { entity, changes } = tables.atomic(() => run(call.by, call))
      tell(call.by, changes, call.origin)
      return entity
    }

  return {
    routes: {
      'GET /payments/wallets': ({ by }) => ledger.wallets(by),
      'GET /payments/transactions': ({ by }) => ledger.transactions(by),
      'GET /payments/notices': ({ by }) => ledger.notices(by),
      'POST /payments/wallets': write((by, { body }) =>
        ledger.createWallet(by, choiceOf(body, 'currency', currencies)),
      ),
      'POST /payments/wallets/:id/freeze': write((by, call) => ledger.freeze(by, idOf(call))),
      'POST /payments/wallets/:id/unfreeze': write((by, call) => ledger.unfreeze(by, idOf(call))),
      'POST /payments/transactions': write((by, { body }) => ledger.begin(by, transferOf(body))),
      'POST /payments/notices/:id/confirm': write((by, call) => ledger.answer(by, idOf(call), 'CONFIRMED')),
      'POST /payments/notices/:id/freeze': write((by, call) => ledger.answer(by, idOf(call), 'FROZEN')),
    },
    streams: (personId) => [streamOf(personId)],
    happen() {
      for (const { id } of team) {
        for (let count = 0; count < thingsAtATime; count++) {
          const changes = tables.atomic(() => happenTo(id, ledger, random))
          tell(id, changes)
        }
      }
    },
  }
}

const idOf = ({ params }: RoomCall) => params['id'] ?? ''

function transferOf(body: Body): NewTransaction {
  const amount = numberOf(body, 'amount')
  if (!Number.isInteger(amount) || amount <= 0)
    throw new ApiError(422, 'INVALID', 'Give an amount of more than nothing.')
  return {
    amount,
    currency: choiceOf(body, 'currency', currencies),
    counterparty: textOf(body, 'counterparty', 60),
    description: textOf(body, 'description', 80),
    type: 'TRANSFER',
    direction: 'OUT',
  }
}
