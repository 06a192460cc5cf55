// The events of the calendar, who comes to them, and who has saved them.
import { notFound } from '../../server/api-error.ts'
import { personOf } from '../../server/team.ts'
import type { Actor, Commit } from './commit.ts'
import type { Answer, Gathering, Reply, Saved } from './entities.ts'
import { anybodyOf } from './guests.ts'
import type { Notices } from './notices.ts'
import type { GatheringChange, SavedChange } from './payloads.ts'
import { commonStream, streamOf } from './streams.ts'
import type { Tables } from './tables.ts'

interface GatheringRow {
  id: string
  title: string
  about: string
  venue: string
  startsAt: string
  hostId: string
  version: number
}

const weekMs = 7 * 24 * 3_600_000
const words: Readonly<Record<Answer, string>> = { going: 'is coming to', maybe: 'may come to', no: 'cannot come to' }

export type Gatherings = ReturnType<typeof createGatherings>

export function createGatherings(tables: Tables, commit: Commit, notices: Notices) {
  const rows = () => tables.all<GatheringRow>('SELECT * FROM social_gatherings ORDER BY startsAt, id')

  const replies = (id: string) =>
    tables
      .all<{ personId: string; answer: Answer }>(
        'SELECT personId, answer FROM social_replies WHERE gatheringId = ? ORDER BY place',
        id,
      )
      .map(({ personId, answer }): Reply => ({ person: anybodyOf(personId), answer }))

  const gatheringOf = ({ hostId, ...row }: GatheringRow): Gathering => ({
    ...row,
    host: personOf(hostId),
    replies: replies(row.id),
  })

  function rowOf(id: string): GatheringRow {
    const row = tables.all<GatheringRow>('SELECT * FROM social_gatherings WHERE id = ?', id)[0]
    if (row === undefined) throw notFound('event')
    return row
  }

  const changeOf = (id: string, by: string): GatheringChange => ({ by: personOf(by), event: gatheringOf(rowOf(id)) })

  const passed = () => rows().filter(({ startsAt }) => Date.parse(startsAt) < Date.now())

  /** What is over takes place again, a whole number of weeks later. */
  function postpone({ id, startsAt }: GatheringRow) {
    const weeks = Math.ceil((Date.now() - Date.parse(startsAt)) / weekMs)
    const next = new Date(Date.parse(startsAt) + weeks * weekMs).toISOString()
    tables.run('UPDATE social_gatherings SET startsAt = ?, version = version + 1 WHERE id = ?', next, id)
  }

  const savedRow = (personId: string, id: string) =>
    tables.all<{ saved: 0 | 1; version: number }>(
      'SELECT saved, version FROM social_saved WHERE personId = ? AND gatheringId = ?',
      ...[personId, id],
    )[0]

  return {
    list: () => rows().map(gatheringOf),
    saved: (personId: string) =>
      tables
        .all<{ id: string; version: number }>(
          'SELECT gatheringId AS id, version FROM social_saved WHERE personId = ? AND saved = 1 ORDER BY gatheringId',
          personId,
        )
        .map((row): Saved => ({ ...row, saved: true })),

    reply: (id: string, answer: Answer, { by, origin }: Actor) =>
      commit((tell): GatheringChange => {
        const { hostId, title } = rowOf(id)
        const before = replies(id).find(({ person }) => person.id === by)
        if (before?.answer === answer) return changeOf(id, by)
        tables.run(
          'INSERT INTO social_replies (gatheringId, personId, answer) VALUES (?, ?, ?) ON CONFLICT (gatheringId, personId) DO UPDATE SET answer = excluded.answer',
          ...[id, by, answer],
        )
        tables.run('UPDATE social_gatherings SET version = version + 1 WHERE id = ?', id)
        const payload = changeOf(id, by)
        const entity = { type: 'event', id, version: payload.event.version }
        tell({ type: 'rsvp.changed', stream: commonStream, entity, payload, origin })
        notices.notify(hostId, by, { kind: 'rsvp', text: `${words[answer]} ${title}`, href: '#/social/events' }, tell)
        return payload
      }),

    save: (id: string, saved: boolean, { by, origin }: Actor) =>
      commit((tell): SavedChange => {
        rowOf(id)
        const before = savedRow(by, id)
        const version = (before?.version ?? 0) + 1
        if ((before?.saved === 1) === saved)
          return { by: personOf(by), saved: { id, saved, version: before?.version ?? 0 } }
        tables.run(
          'INSERT INTO social_saved (personId, gatheringId, saved, version) VALUES (?, ?, ?, ?) ON CONFLICT (personId, gatheringId) DO UPDATE SET saved = excluded.saved, version = excluded.version',
          ...[by, id, Number(saved), version],
        )
        const payload = { by: personOf(by), saved: { id, saved, version } }
        tell({ type: 'event.saved', stream: streamOf(by), entity: { type: 'saved', id, version }, payload, origin })
        return payload
      }),

    /** Before anybody has read anything, so nobody has to be told. */
    postponeQuietly: () => commit(() => passed().forEach(postpone)),

    postponePassed: () =>
      commit((tell) => {
        for (const row of passed()) {
          postpone(row)
          const payload = changeOf(row.id, row.hostId)
          const entity = { type: 'event', id: row.id, version: payload.event.version }
          tell({ type: 'event.moved', stream: commonStream, entity, payload })
        }
      }),
  }
}
