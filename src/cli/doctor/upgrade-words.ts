// Why an upgrade came to nothing, in words: errors of Node, and the status of an answer.
import type { IncomingHttpHeaders } from 'node:http'
import { shown } from '../../transports/address.ts'
import type { Wanted } from './examination.ts'
import { quote } from './redact.ts'
import type { Advice } from './report.ts'
import type { Outcome } from './upgrade-probe.ts'

type Words = Advice & { text: string }

const nothingConnects = 'livecache/docs/troubleshooting.md#nothing-connects'
const loadBalancers = 'livecache/docs/operations/README.md#load-balancers'

export function wordsForFailure(
  outcome: Extract<Outcome, { kind: 'failed' | 'silent' }>,
  { hostname, host }: URL,
): Words {
  const code = outcome.kind === 'failed' ? outcome.code : ''
  switch (outcome.stage) {
    case 'name':
      return {
        text: `The name ${hostname} leads nowhere${inBrackets(code)}.`,
        means: 'No client finds the server.',
        change: 'Look for a typing mistake; else add the name to the DNS, or wait until it has spread.',
        see: nothingConnects,
      }
    case 'port':
      return {
        text:
          code === 'ECONNREFUSED'
            ? `Nothing listens at ${host} (${code}).`
            : `${host} does not answer${inBrackets(code)}.`,
        means: 'No client gets through.',
        change:
          code === 'ECONNREFUSED'
            ? 'Start the server, and compare its host and port with the address.'
            : 'See whether a firewall drops what is sent there, and whether the machine is up.',
        see: nothingConnects,
      }
    case 'tls':
      return wordsForTls(code, hostname)
    case 'answer':
      return wordsForNoAnswer(outcome, host)
    default:
      return outcome.stage satisfies never
  }
}

const inBrackets = (code: string) => (code === '' ? '' : ` (${code})`)

const distrusted: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by nobody but itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that nobody knows',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'lacks the certificates between it and a known authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that nobody knows',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
}

function wordsForTls(code: string, hostname: string): Words {
  const why = distrusted[code]
  if (why === undefined) {
    return {
      text: `No TLS connection came about${inBrackets(code)}.`,
      means: 'No client connects.',
      change: 'If the port speaks no TLS, use ws:// on this machine, or put a proxy with a certificate in front.',
      see: nothingConnects,
    }
  }
  return {
    text: `The certificate of ${hostname} ${why} (${code}).`,
    means: 'Browsers refuse the socket without asking anybody, and tell the page no reason.',
    change:
      'Install a certificate of a known authority with its whole chain. For an authority of your own, let NODE_EXTRA_CA_CERTS name its file, and try again.',
    see: nothingConnects,
  }
}

function wordsForNoAnswer(outcome: Extract<Outcome, { kind: 'failed' | 'silent' }>, host: string): Words {
  if (outcome.kind === 'silent') {
    return {
      text: `${host} took the connection, and answered nothing to the upgrade.`,
      means: 'A client gives up after 10 s and tries again, without end.',
      change: 'See what listens there. A server that is stuck, or a proxy whose server is, looks like this.',
      see: nothingConnects,
    }
  }
  const isOtherLanguage = outcome.code.startsWith('HPE_')
  return {
    text: isOtherLanguage
      ? `What answers at ${host} is no HTTP (${outcome.code}).`
      : `${host} broke the connection off before it answered${inBrackets(outcome.code)}.`,
    means: 'No client connects.',
    change: isOtherLanguage
      ? 'If the port speaks TLS, use wss://.'
      : 'See the log of the server. If the port speaks TLS, use wss://.',
    see: nothingConnects,
  }
}

/** For an answer other than 101. */
export function wordsForStatus(status: number, headers: IncomingHttpHeaders, wanted: Wanted): Words {
  const text = `The upgrade was answered with ${status}.`
  if (status >= 300 && status < 400) return wordsForRedirect(status, headers.location, wanted.url)
  if (status === 401) return wordsForUnauthorized(text, wanted)
  if (status === 403) return wordsForForbidden(text, wanted.origin)
  const after = headers['retry-after']
  if (status === 429 || status === 503) {
    return {
      text: `${text.slice(0, -1)}${after === undefined ? '' : `, Retry-After: ${quote(after)}`}.`,
      means:
        status === 429
          ? 'There are too many connections from this address.'
          : 'The server takes nobody now: it is full, or going away.',
      change: 'Try again later. If it stays, raise the limits, or add a node.',
      see: 'livecache/docs/gateway.md#limits',
    }
  }
  return { text, ...(byStatus[status] ?? (status >= 500 ? broken : noSocket)) }
}

const noSocket: Advice = {
  means: 'What answers here opens no WebSocket, so no client connects.',
  change: 'Look at the path of the address, and whether the server is the one you mean.',
  see: nothingConnects,
}
const noUpgrade: Advice = {
  means:
    'The server was not asked for an upgrade: a proxy in between has dropped the headers Upgrade and Connection, or passes none.',
  change: 'Let the proxy pass them on, by HTTP/1.1 (nginx: proxy_http_version 1.1 and the two headers).',
  see: loadBalancers,
}
const broken: Advice = {
  means: 'A proxy does not reach the server behind it, or that failed on the request.',
  change: 'See the logs of both.',
  see: 'livecache/docs/operations/incident.md#nobody-can-connect',
}

const byStatus: Readonly<Record<number, Advice>> = {
  200: {
    means:
      'Something answers with an ordinary page: a proxy that passes no upgrades, or an app that answers every path.',
    change: 'Pass upgrades on at this path (nginx: proxy_http_version 1.1, Upgrade, Connection), or look at the path.',
    see: loadBalancers,
  },
  400: noUpgrade,
  404: {
    means: 'Nothing opens a WebSocket at this path, so no client connects.',
    change: 'Look at the path of the address. Our gateway has /realtime unless it was told other paths.',
    see: nothingConnects,
  },
  426: noUpgrade,
}

function wordsForRedirect(status: number, location: string | undefined, url: string): Words {
  const target = location !== undefined && URL.canParse(location, url) ? new URL(location, url).href : null
  return {
    text: `The upgrade was answered with ${status}: a redirect${target === null ? '' : ` to ${quote(shown(target))}`}.`,
    means: 'Browsers follow no redirect of a WebSocket, so no client connects.',
    change:
      target === null
        ? 'Let the client dial the address that serves it.'
        : `Let the client dial ${quote(shown(target).replace(/^http/, 'ws'))}, or let the server answer here.`,
    see: nothingConnects,
  }
}

function wordsForUnauthorized(text: string, { auth, token }: Wanted): Words {
  const isBrought = token !== null && (auth === 'query' || auth === 'subprotocol')
  return {
    text,
    means: isBrought
      ? 'The token was brought with the upgrade, and refused.'
      : 'The server wants a token with the upgrade, where a livecache server takes it in the first frame.',
    change: isBrought
      ? 'Try a fresh one. Else see in the log of the server why it was refused.'
      : "Try --auth query, or --auth subprotocol, with --token-env; and say the same to the client: auth: 'query'.",
    see: 'livecache/docs/recipes/auth.md#where-the-token-goes',
  }
}

function wordsForForbidden(text: string, origin: string | null): Words {
  return {
    text,
    means: 'The server lets this client in by no means: because of its origin, its address or its token.',
    change:
      origin === null
        ? 'If the server wants an Origin, name the page: --origin https://app.example.com.'
        : `It is not the origin ${origin} alone: without one it is 403 too. See the log of the server, and of what guards it.`,
    see: 'livecache/docs/security.md#pages-of-other-sites',
  }
}
