// REST calls of the signed-in user.
import { fetchJson, RequestError, type RequestOptions } from './fetch-json.ts'
import { currentSession } from './session.ts'

export async function callApi<Answer>(
  method: string,
  path: string,
  options: Omit<RequestOptions, 'token'> = {},
): Promise<Answer> {
  const { signal } = options
  const call = async (fresh: boolean) => {
    const { token } = await currentSession({ fresh, ...(signal && { signal }) })
    return fetchJson<Answer>(method, `/api${path}`, { ...options, token })
  }
  try {
    return await call(false)
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) return call(true)
    throw error
  }
}
