// A change: all of it is written, or nothing; what it has to tell is told once it is written.
import type { Origin } from '../../server/api.ts'
import type { RoomContext } from '../../server/room.ts'
import type { Payloads } from './payloads.ts'

/** Who does it, and by which of their mutations. */
export interface Actor {
  by: string
  origin: Origin
}

export interface Told<Type extends keyof Payloads = keyof Payloads> {
  type: Type
  payload: Payloads[Type]
  stream: string
  entity: { type: string; id: string; version?: number }
  /**
   * Of the mutation, where the event says all that its answer says: a page takes the event for the answer then. What happens
   * besides goes without.
   */
  origin?: Origin
}

export type Tell = <Type extends keyof Payloads>(event: Told<Type>) => void

export type Commit = <Result>(run: (tell: Tell) => Result) => Result

export function createCommit({ database, publish }: RoomContext): Commit {
  return (run) => {
    const told: Told[] = []
    database.exec('BEGIN IMMEDIATE')
    let result
    try {
      result = run((event) => void told.push(event))
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
    for (const event of told) publish(event)
    return result
  }
}
