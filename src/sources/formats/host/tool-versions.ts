import type { VersionRow } from '#cluster/relations.ts'

type ToolVersion = Pick<VersionRow, 'of' | 'version'>

/**
 * What iptables, ipset and nft say of themselves, alone or several in a line, each behind what somebody called it:
 * `host: iptables v1.8.7 (nf_tables); calico-node image: iptables v1.6 (legacy)`. Undefined for anything else, errors that
 * begin with a tool's name and version included.
 *
 * @see netfilter/iptables:iptables/xshared.c (print_version), netfilter/ipset:lib/ipset.c, netfilter/nftables:src/main.c
 */
export function parseToolVersions(line: string): readonly ToolVersion[] | undefined {
  if (line.length > lineMax || !/\b(?:ip6?tables|ipset|nft(?:ables)?)\b/.test(line)) return undefined
  const parts = line.split(/[;|]|,(?! protocol)/)
  const found = parts.map((part) => tool.exec(part)?.groups)
  const tools = found.flatMap((m) =>
    m?.tool === undefined
      ? []
      : [{ of: names.get(m.tool) ?? m.tool, version: `v${m.version}${m.backend ?? ''}` }],
  )
  return tools.length === parts.length ? tools : undefined
}

const lineMax = 240

const tool =
  /^\s*(?:(?:[-*•] )?[\w ./()-]{1,60}[:=]\s{0,4})?(?<tool>ip6?tables|ipset|nft(?:ables)?)(?:-(?:legacy|nft))?(?:-(?:save|restore))?(?: -V:?| --version:?|:)? (?:version )?v?(?<version>\d{1,2}\.\d{1,3}(?:\.[\dx]{1,3})?)(?<backend> \((?:nf_tables|legacy)\))?(?: \([A-Z][\w .#'-]{2,40}\))?(?:, protocol version: \d{1,2})?[.\s]*$/

const names: ReadonlyMap<string, string> = new Map([
  ['ip6tables', 'iptables'],
  ['nft', 'nftables'],
])
