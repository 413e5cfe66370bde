/**
 * What CoreDNS makes of its Corefile: coredns/caddy:caddyfile/{parse,dispenser}.go, coredns/coredns:plugin.cfg.
 *
 * Not imitated: what plugins other than `kubernetes` and `reload` are told; imports, snippets, quotes and variables.
 */

export interface Corefile {
  /** Of the kubernetes plugin; undefined without it. */
  readonly zone: string | undefined
  readonly reload: { readonly everyMs: number; readonly jitterMs: number } | undefined
}

/** Throws an Error in the parser's words: `/etc/coredns/Corefile:3 - Error during parsing: Unknown directive 'kubernets'`. */
export function parseCorefile(text: string, path: string): Corefile {
  const failed = (line: number, says: string): Error =>
    new Error(`${path}:${line} - Error during parsing: ${says}`)
  let depth = 0
  let zone: string | undefined
  let reload: Corefile['reload']
  let last = 0
  for (const [at, raw] of text.split('\n').entries()) {
    const words = raw
      .replace(/(^|\s)#.*/, '')
      .split(/\s+/)
      .filter(Boolean)
    const [first = '', second] = words
    if (first === '') continue
    last = at + 1
    if (depth === 1 && first !== '}' && !plugins.has(first))
      throw failed(last, `Unknown directive '${first}'`)
    if (depth === 1 && first === 'kubernetes') zone ??= second === '{' || second === undefined ? '.' : second
    if (depth === 1 && first === 'reload')
      reload = { everyMs: seconds(second) ?? 30_000, jitterMs: seconds(words[2]) ?? 15_000 }
    depth += count(words, '{') - count(words, '}')
  }
  if (depth > 0) throw failed(last, 'Unexpected EOF')
  return { zone, reload }
}

const count = (words: readonly string[], wanted: string): number =>
  words.filter((word) => word === wanted).length

function seconds(text: string | undefined): number | undefined {
  const [, number, unit] = /^(\d+)(s|m)$/.exec(text ?? '') ?? []
  return number === undefined ? undefined : Number(number) * (unit === 'm' ? 60_000 : 1000)
}

/** Of 1.11. */
const plugins = new Set(
  `root metadata geoip cancel tls timeouts reload nsid bufsize bind debug trace ready health pprof prometheus errors log dnstap
   local dns64 acl any chaos loadbalance tsig cache rewrite header dnssec autopath minimal template transfer hosts route53 azure
   clouddns k8s_external kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign view import`.split(
    /\s+/,
  ),
)
