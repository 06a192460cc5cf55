// The routes under /demo: what breaks, and for whom. They bypass the wires, so a page that is cut off can still ask to be
// let in again.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultStatus } from '../shared/faults.ts'
import { send } from './answer.ts'
import type { ServerProcess } from './server-process.ts'
import type { TeammateProcess } from './teammate-process.ts'
import type { Wires } from './wires.ts'

export interface ControlOptions {
  server: ServerProcess
  teammate: TeammateProcess
  wires: Wires
}

/**
 * GET /demo/status · POST /demo/server/restart · PUT, DELETE /demo/teammate · PUT, DELETE /demo/cut.
 * Each answers the status, of the page named by `?page=`.
 */
export function createControl({ server, teammate, wires }: ControlOptions) {
  const actions: Readonly<Record<string, (pageId: string) => void>> = {
    'GET /demo/status': () => {},
    'POST /demo/server/restart': server.kill,
    'PUT /demo/teammate': () => teammate.set(true),
    'DELETE /demo/teammate': () => teammate.set(false),
    'PUT /demo/cut': wires.cut,
    'DELETE /demo/cut': wires.restore,
  }

  function statusOf(pageId: string): FaultStatus {
    const { state } = server
    return {
      server:
        state.name === 'stopped'
          ? { name: 'stopped', backInMs: Math.max(0, state.backAt - Date.now()) }
          : { name: state.name },
      teammate: { on: teammate.on },
      network: { cut: wires.isCut(pageId) },
    }
  }

  return ({ method = 'GET', url = '/' }: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(url, 'http://host')
    const pageId = searchParams.get('page') ?? ''
    const act = actions[`${method} ${pathname}`]
    if (act === undefined) return send(response, 404, { code: 'NOT_FOUND', message: 'There is no such control.' })
    if (pathname === '/demo/cut' && pageId === '') {
      return send(response, 422, { code: 'INVALID', message: 'Name the page whose network it is: ?page=…' })
    }
    act(pageId)
    return send(response, 200, statusOf(pageId))
  }
}
