import type { ReachabilityRow } from '#cluster/relations.ts'

/** An attempt to reach something, without the place from where. */
export type Reach = Omit<ReachabilityRow, 'node' | 'in'>

/** Where an attempt goes by its command line, for lines that do not say it. */
export interface Target {
  readonly to: string
  readonly port?: number
}

/** How a program words its failure: strerror, Go, busybox, and what people make of them. */
export function outcomeOf(words: string): Reach['outcome'] | undefined {
  return outcomes.find(([pattern]) => pattern.test(words))?.[1]
}

const outcomes: readonly (readonly [RegExp, Reach['outcome']])[] = [
  [/connection refused|actively refused/i, 'refused'],
  [/no route to host|host is unreachable|host unreachable|destination unreachable/i, 'no-route'],
  [/network is (?:unreachable|down)/i, 'unreachable'],
  [/reset by peer|connection reset|broken pipe/i, 'reset'],
  [
    /could not resolve|couldn't resolve|name or service not known|name resolution|unknown host|bad address|nodename nor servname|no address associated|name does not resolve|host lookup|getaddrinfo/i,
    'name-unknown',
  ],
  [/ssl|tls|certificate|handshake/i, 'tls-failed'],
  [/tim(?:e[ds]?|ing) ?out|operation now in progress/i, 'timed-out'],
]

/** `10.0.0.1:443`, `https://web.shop:8443/x`, `[fe80::1]:179` → where to. */
export function targetOf(text: string): Target | undefined {
  const m =
    /^(?:(?<scheme>https?|tcp|tls):\/\/)?(?:[^@/\s]{1,80}@)?(?:\[(?<v6>[\da-fA-F:.]{2,45})\]|(?<host>[A-Za-z0-9][\w.-]{0,252}))(?::(?<port>\d{1,5}))?(?:\/\S*)?$/.exec(
      text,
    )?.groups
  const to = m?.v6 ?? m?.host
  if (to === undefined) return undefined
  const byScheme = m?.scheme === 'https' ? 443 : m?.scheme === 'http' ? 80 : undefined
  const port = m?.port === undefined ? byScheme : Number(m.port)
  return { to, ...(port !== undefined && { port }) }
}

export const portNumber = (text: string | undefined): { readonly port?: number } =>
  text !== undefined && /^\d{1,5}$/.test(text) ? { port: Number(text) } : {}
