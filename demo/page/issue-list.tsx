import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Issue } from '../shared/entities.ts'
import { useCreateIssue, useResolveIssue } from './mutations.ts'
import { AddForm } from './parts/add-form.tsx'
import { ChangeChip, changedRow } from './parts/change-chip.tsx'
import { Icon } from './parts/icons.tsx'
import { EmptyNotice, ErrorNotice } from './parts/notices.tsx'
import { QuerySection } from './parts/query-section.tsx'
import { Section } from './parts/section.tsx'
import { issuesQuery } from './queries.ts'
import { useRecentChange } from './recent-changes.ts'

type Severity = Issue['severity']

export function IssueList({ goalId }: { goalId: string }) {
  const query = useQuery(issuesQuery(goalId))
  const create = useCreateIssue(goalId)
  const [severity, setSeverity] = useState<Severity>('risk')
  const open = query.data?.filter(({ resolved }) => !resolved).length
  return (
    <Section title="Issues" count={query.data?.length ? `${open} open` : undefined}>
      <QuerySection query={query} what="the issues" skeletonRows={1}>
        {(issues) =>
          issues.length === 0 ? (
            <EmptyNotice title="No issues">
              What stands in the way goes here: a risk, or something that blocks.
            </EmptyNotice>
          ) : (
            <ul className="rows">
              {issues.map((issue) => (
                <IssueRow key={issue.id} issue={issue} />
              ))}
            </ul>
          )
        }
      </QuerySection>
      <AddForm
        label="Report an issue"
        button="Report"
        adding={create}
        add={(name, onAdded) => create.mutate({ name, severity }, { onSuccess: onAdded })}
      >
        <select
          aria-label="Severity"
          value={severity}
          onChange={(event) => setSeverity(event.target.value as Severity)}
        >
          <option value="risk">Risk</option>
          <option value="blocker">Blocker</option>
        </select>
      </AddForm>
    </Section>
  )
}

function IssueRow({ issue }: { issue: Issue }) {
  const change = useRecentChange(issue.id)
  const resolve = useResolveIssue(issue.goalId, issue.id)
  const { name, severity, resolved } = issue
  return (
    <li className="row issue" data-resolved={resolved} {...changedRow(change)}>
      <span className="health" data-health={resolved ? 'completed' : severity === 'blocker' ? 'off-track' : 'at-risk'}>
        <Icon name={resolved ? 'completed' : severity === 'blocker' ? 'off-track' : 'at-risk'} />
        <span className="issue-word">{resolved ? 'Resolved' : severity === 'blocker' ? 'Blocker' : 'Risk'}</span>
      </span>
      <span className="issue-name">
        <bdi>{name}</bdi>
      </span>
      <ChangeChip change={change} />
      <button
        type="button"
        className="button"
        data-kind="quiet"
        aria-label={`${resolved ? 'Reopen' : 'Resolve'} “${name}”`}
        aria-busy={resolve.isPending}
        onClick={() => !resolve.isPending && resolve.mutate(!resolved)}
      >
        {resolved ? 'Reopen' : 'Resolve'}
      </button>
      {resolve.error && <ErrorNotice error={resolve.error}>Not saved.</ErrorNotice>}
    </li>
  )
}
