// One process: REST over a database file, and the gateway that tells what changed. The host starts it, and kills it
// whenever somebody wants to see what then happens.
import { createGateway } from 'livecache/gateway'
import { createApi } from './api.ts'
import { openDatabase } from './database.ts'
import { createRecords } from './records.ts'
import { createGoalRoom } from '../rooms/goals/server.ts'
import type { RoomContext } from './room.ts'
import { createRooms } from './rooms.ts'
import { seed } from './seed.ts'
import { createSessions, stream } from './sessions.ts'
import { createStore } from './store.ts'

const { DEMO_SECRET: secret, DEMO_DATA: folder } = process.env
if (secret === undefined || folder === undefined || process.send === undefined) {
  console.error('The server is started by the host: run npm start.')
  process.exit(1)
}

const database = openDatabase(folder)
const records = createRecords(database)
seed(records)
const context: RoomContext = { database, publish: (event) => void gateway.publish(event) }
const goalRoom = createGoalRoom(context)
const rooms = createRooms(context, { feed: goalRoom })
const sessions = createSessions(secret, rooms.streams)

const gateway = createGateway({
  verify: sessions.verify,
  onRequest: createApi({
    store: createStore(records),
    rooms,
    sessions,
    // What is published is committed: an event must never tell of something that a crash takes back.
    onChange(change, origin) {
      void gateway.publish({ ...change, stream, origin })
      goalRoom.follow(change, origin)
    },
    asOf: (personId) => gateway.asOf([stream, ...rooms.streams(personId)]),
  }),
})

const { port } = await gateway.listen(0)
process.send({ port })

async function stop() {
  await gateway.close()
  database.close()
  process.exit(0)
}
process.on('SIGTERM', stop)
// Ctrl+C reaches every process of a terminal; the host decides when this one ends.
process.on('SIGINT', () => {})
process.on('disconnect', stop)
