/** `nodes with iptables 1.8 in nf_tables mode`: back-ends of iptables as people tell of them. */
import { type Told, told } from '#sources/formats/objects/told.ts'

/** The host's iptables as a version, Calico's as its setting. */
export function backendsSaid(words: readonly string[]): readonly Told[] {
  return words.flatMap((word, at) => {
    if (words.slice(Math.max(0, at - 4), at + 4).some((near) => acting.has(near))) return []
    const named = /^iptables-(?<backend>nft|legacy)$/.exec(word)?.groups?.backend
    const backend = named ?? (word === 'iptables' ? backendBehind(words, at) : undefined)
    if (backend === undefined || words[at - 1] === 'not') return []
    return [isFelixs(words, at) ? ofFelix(backend) : ofHost(backend, words[at + 1])]
  })
}

function ofHost(backend: string, next: string | undefined): Told {
  const version =
    next !== undefined && /^v?1\.\d{1,2}(?:\.\d{1,2})?$/.test(next) ? next.replace(/^v?/, 'v') : 'v1.8'
  return told('versions', {
    of: 'iptables',
    version: `${version} (${backend === 'nft' ? 'nf_tables' : 'legacy'})`,
  })
}

const ofFelix = (backend: string): Told =>
  told('settings', {
    of: 'env',
    in: 'calico-node',
    name: 'FELIX_IPTABLESBACKEND',
    value: backend === 'nft' ? 'NFT' : 'Legacy',
  })

/** Before the next clause: `iptables 1.8.2 (nf_tables)`, `iptables runs in legacy mode`. */
function backendBehind(words: readonly string[], at: number): string | undefined {
  for (const word of words.slice(at + 1, at + 8)) {
    if (/^[,;]$/.test(word) || word === 'not' || word === 'and') return undefined
    const backend = backends.get(word)
    if (backend !== undefined) return backend
  }
  return undefined
}

const backends: ReadonlyMap<string, 'nft' | 'legacy'> = new Map([
  ['nf_tables', 'nft'],
  ['nft', 'nft'],
  ['nftables', 'nft'],
  ['legacy', 'legacy'],
])

/** Whose iptables it is: the nearest that is named before. */
function isFelixs(words: readonly string[], at: number): boolean {
  const owner = words.slice(Math.max(0, at - 6), at).findLast((word) => calicos.has(word) || hosts.has(word))
  return owner !== undefined && calicos.has(owner)
}

const calicos = new Set(['calico', 'felix', 'calico-node'])
const hosts = new Set([
  'node',
  'os',
  'system',
  'debian',
  'ubuntu',
  'rhel',
  'centos',
  'fedora',
  'rocky',
  'kube-proxy',
])

/** Who changes it tells of an attempt. */
const acting = new Set('switched switching changed changing update-alternatives replaced set'.split(' '))
