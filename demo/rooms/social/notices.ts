// Notices to one person: what others did that concerns them.
import { randomUUID } from 'node:crypto'
import { notFound } from '../../server/api-error.ts'
import { personOf } from '../../server/team.ts'
import type { Actor, Commit, Tell } from './commit.ts'
import { type Notice, type NoticeKind, readVersion } from './entities.ts'
import type { NoticesRead } from './payloads.ts'
import { streamOf } from './streams.ts'
import type { Tables } from './tables.ts'

/** So many are kept for each person; the oldest go first. */
export const maxNotices = 120

interface NoticeRow {
  place: number
  id: string
  kind: NoticeKind
  byId: string
  text: string
  href: string
  at: string
  read: 0 | 1
}

const columns = 'place, id, kind, byId, text, href, at, read'

const noticeOf = ({ byId, read, ...row }: NoticeRow): Notice => ({
  ...row,
  by: personOf(byId),
  read: read === 1,
  version: read === 1 ? readVersion : 1,
})

export type Notices = ReturnType<typeof createNotices>

export function createNotices(tables: Tables, commit: Commit) {
  const rows = (personId: string, where = '') =>
    tables.all<NoticeRow>(
      `SELECT ${columns} FROM social_notices WHERE personId = ? ${where} ORDER BY place DESC`,
      personId,
    )

  function trim(personId: string, by: string, tell: Tell) {
    for (const { id } of rows(personId).slice(maxNotices)) {
      tables.run('DELETE FROM social_notices WHERE id = ?', id)
      tell({
        type: 'notification.removed',
        stream: streamOf(personId),
        entity: { type: 'notification', id, version: readVersion },
        payload: { by: personOf(by), noticeId: id },
      })
    }
  }

  return {
    list: (personId: string) => rows(personId).map(noticeOf),

    /** Nobody is told of what they did themselves. */
    notify(personId: string, by: string, notice: Pick<Notice, 'kind' | 'text' | 'href'>, tell: Tell) {
      if (personId === by) return
      const id = randomUUID()
      tables.insert('social_notices', { id, personId, byId: by, at: new Date().toISOString(), ...notice })
      const row = tables.all<NoticeRow>(`SELECT ${columns} FROM social_notices WHERE id = ?`, id)[0]!
      tell({
        type: 'notification.created',
        stream: streamOf(personId),
        entity: { type: 'notification', id, version: 1 },
        payload: { by: personOf(by), notice: noticeOf(row) },
      })
      trim(personId, by, tell)
    },

    /** @param id one of them; left out: all */
    read: ({ by, origin }: Actor, id?: string): NoticesRead =>
      commit((tell) => {
        if (id !== undefined && !rows(by).some((row) => row.id === id)) throw notFound('notification')
        const ids = rows(by, 'AND read = 0').flatMap((row) => (id === undefined || row.id === id ? [row.id] : []))
        const answer = { by: personOf(by), ids }
        if (ids.length === 0) return answer
        for (const each of ids) tables.run('UPDATE social_notices SET read = 1 WHERE id = ?', each)
        tell({
          type: 'notification.read',
          stream: streamOf(by),
          entity: { type: 'notification', id: id ?? 'all' },
          payload: answer,
          origin,
        })
        return answer
      }),
  }
}
