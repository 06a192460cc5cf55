import { expect, test } from '@jest/globals'
import { screen } from '@testing-library/react'
import { buildEvent } from 'livecache/testing'
import { renderWithRealtime } from 'livecache/testing/react'
import { type Goal, Goals, rules } from './goals'

test('shows a goal that somebody created, and says when the link is gone', async () => {
  const goals: Goal[] = []
  const { server, clock, settle } = renderWithRealtime(<Goals fetchGoals={async () => [...goals]} />, { rules })
  await settle()
  goals.push({ id: '1', name: 'Launch' })
  server.publish(buildEvent('goal.created', { payload: goals[0] }))
  await settle()
  expect(screen.getByText('Launch')).toBeTruthy()
  server.goDown()
  await clock.advance(3_000)
  expect(screen.getByText('Reconnecting')).toBeTruthy()
})

test('fetches what was missed while the link was gone', async () => {
  const goals: Goal[] = []
  const { server, settle } = renderWithRealtime(<Goals fetchGoals={async () => [...goals]} />, { rules })
  await settle()
  server.goDown()
  goals.push({ id: '2', name: 'Sail' })
  server.comeBack({ forgetting: true })
  await settle()
  expect(screen.getByText('Sail')).toBeTruthy()
})
