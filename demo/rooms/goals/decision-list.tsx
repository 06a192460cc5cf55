import { useQuery } from '@tanstack/react-query'
import { upsert } from 'livecache'
import { LiveCard } from 'livecache/goals'
import { moment } from '../../page/format.ts'
import { AddForm } from '../../page/parts/add-form.tsx'
import { EmptyNotice } from '../../page/parts/notices.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import { Section } from '../../page/parts/section.tsx'
import { goalsKey } from '../../page/queries.ts'
import { roomQuery } from '../../page/room-query.ts'
import { useChange } from '../../page/use-change.ts'
import type { Decision } from './entities.ts'
import { keys } from './realtime.ts'

const decisionsQuery = (goalId: string) =>
  roomQuery<Decision[]>([...goalsKey, 'decisions', goalId], `/feed/${goalId}/decisions`)

export function DecisionList({ goalId }: { goalId: string }) {
  const query = useQuery(decisionsQuery(goalId))
  const decide = useChange({
    method: 'POST',
    path: `/feed/${goalId}/decisions`,
    body: (name: string) => ({ name }),
    confirmed: ({ decision }: { decision: Decision }) =>
      upsert<Decision>(keys.decisions(goalId), decision, {
        where: () => true,
        at: 'start',
        version: ({ version }) => version,
      }),
  })
  return (
    <Section title="Decisions" count={query.data?.length ? String(query.data.length) : undefined}>
      <QuerySection query={query} what="the decisions" skeletonRows={1}>
        {(decisions) =>
          decisions.length === 0 ? (
            <EmptyNotice title="No decisions">What was agreed goes here, so that nobody has to ask twice.</EmptyNotice>
          ) : (
            <ul className="rows">
              {decisions.map(({ id, name, version, decidedBy, createdAt }) => (
                <LiveCard as="li" className="row decision" key={id} version={version}>
                  <bdi className="issue-name">{name}</bdi>
                  <span className="muted">
                    {decidedBy.name}, {moment(createdAt)}
                  </span>
                </LiveCard>
              ))}
            </ul>
          )
        }
      </QuerySection>
      <AddForm
        label="Record a decision"
        button="Record"
        adding={decide}
        add={(name, onAdded) => decide.mutate(name, { onSuccess: onAdded })}
      />
    </Section>
  )
}
