// Who may change whose role: the server decides by it, and the page offers no more.
import type { Role } from './entities.ts'

/** Owners may do all; admins everything that has nothing to do with owners. */
export function mayGive(own: Role, was: Role, next: Role): boolean {
  if (own === 'owner') return true
  return own === 'admin' && was !== 'owner' && next !== 'owner'
}
