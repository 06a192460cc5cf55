// JWTs of the clients: each is somebody else, and all may read one stream.
import { createHmac } from 'node:crypto'

export const secret = 'only for this benchmark, of 32 bytes and more'

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Lasts for an hour. */
export function tokenOf(client: number): string {
  const claims = { sub: `user-${client}`, tenant: '3', exp: Math.floor(Date.now() / 1_000) + 3_600 }
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
