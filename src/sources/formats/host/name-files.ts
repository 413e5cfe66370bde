/** /etc/hosts and resolv.conf: where a host finds names. */

export interface NamedAddress {
  readonly name: string
  readonly address: string
}

const address = '\\d{1,3}(?:\\.\\d{1,3}){3}|[\\da-fA-F]{0,4}:[\\da-fA-F:.]{1,43}(?:%\\w{1,15})?'

const hostsPattern = new RegExp(
  `^\\s{0,8}(?<address>${address})(?<names>(?:\\s+[A-Za-z0-9_][\\w.-]{0,252}){1,40})\\s*(?:#.*)?$`,
)

/** A line of a hosts file, name by name; undefined for anything else. */
export function parseHosts(line: string): readonly NamedAddress[] | undefined {
  const m = hostsPattern.exec(line)?.groups
  if (m?.address === undefined || m.names === undefined) return undefined
  const found = m.address
  return m.names
    .trim()
    .split(/\s+/)
    .map((name) => ({ name, address: found }))
}

/** No other table starts with the loopback address and a name for it. */
export const isSurelyHosts = (entries: readonly NamedAddress[]): boolean =>
  entries.some(
    ({ name, address: of }) =>
      (/^(?:127\.|::1$)/.test(of) && /[a-zA-Z]/.test(name)) || /^ip6-(?:localhost|loopback|all)/.test(name),
  )

export interface ResolverOption {
  readonly name: 'nameserver' | 'search' | 'domain' | 'options'
  readonly value: string
}

/**
 * A line of resolv.conf; undefined for anything else, words like these at the start of a sentence included.
 *
 * @see resolv.conf(5)
 */
export function parseResolver(line: string): ResolverOption | undefined {
  const m = resolverPattern.exec(line)?.groups
  const name = (['nameserver', 'search', 'domain', 'options'] as const).find((key) => key === m?.name)
  const value = m?.value?.trim()
  if (name === undefined || value === undefined) return undefined
  return isResolverValue[name](value.split(/\s+/)) ? { name, value } : undefined
}

const resolverPattern = /^\s{0,8}(?<name>nameserver|search|domain|options)\s+(?<value>\S[^#;]{0,1000})/

const isResolverValue: Readonly<Record<ResolverOption['name'], (words: readonly string[]) => boolean>> = {
  nameserver: (words) => words.length === 1 && new RegExp(`^(?:${address})$`).test(words[0] ?? ''),
  search: (words) => words.every(isDomain) && words.some((word) => word.includes('.')),
  domain: (words) => words.length === 1 && words.every(isDomain) && (words[0] ?? '').includes('.'),
  options: (words) =>
    words.every((word) =>
      /^(?:[a-z-]{3,20}:\d{1,5}|rotate|edns0|trust-ad|single-request(?:-reopen)?|no-tld-query|use-vc|inet6|debug|no-reload)$/.test(
        word,
      ),
    ),
}

const isDomain = (word: string): boolean =>
  /^[\w-]{1,63}(?:\.[\w-]{1,63}){0,10}\.?$/.test(word) || word === '.'
