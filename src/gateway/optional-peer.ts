// Packages that only some gateways need. They are loaded when something is asked for that needs them, and not before.
import { RealtimeError } from '../base/errors.ts'

type Failed = (cause: unknown) => never

// What is internal here stays out of the declarations: they would need the types of every one of these packages.

// Literal names, each with its `catch`: bundlers then take along what is installed, and do not mind what is not.
/** @internal */
const peers = {
  redis: (failed: Failed) => import('redis').catch(failed),
  'prom-client': (failed: Failed) => import('prom-client').catch(failed),
  pino: (failed: Failed) => import('pino').catch(failed),
  'rate-limiter-flexible': (failed: Failed) => import('rate-limiter-flexible').catch(failed),
}

/** @internal */
export type OptionalPeer = keyof typeof peers

/**
 * Loads an optional peer. Rejects with `missing-peer` where it is not installed.
 * @param whatFor what needs it, as the subject of a sentence: `redisEngine`
 * @internal
 */
export function importPeer<Name extends OptionalPeer>(
  name: Name,
  whatFor: string,
): Promise<Awaited<ReturnType<(typeof peers)[Name]>>> {
  const loaded = peers[name]((cause) => {
    throw new RealtimeError(
      'missing-peer',
      `${whatFor} needs the package "${name}", which could not be loaded; livecache does not bring it along, as most apps do without. Install it: npm install ${name}`,
      { cause },
    )
  })
  return loaded as Promise<Awaited<ReturnType<(typeof peers)[Name]>>>
}
