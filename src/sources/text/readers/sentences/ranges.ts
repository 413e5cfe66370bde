/** `the pod CIDR is 10.244.0.0/16`, `hosts are in 10.0.x.x`: ranges of which people say whose they are. */
import type { SettingRow } from '#cluster/relations/settings.ts'

/** The ranges of pods, Services and nodes that the words of one sentence name, as settings that somebody told. */
export function rangesSaid(words: readonly string[]): readonly SettingRow[] {
  return words.flatMap((word, at) => {
    const value = rangeIn(word)
    const name = value === undefined ? undefined : whose(words, at)
    return value === undefined || name === undefined ? [] : [{ of: 'other', in: 'told', name, value }]
  })
}

/** `10.0.0.0/16`, `10.0.x.x`; a single address is none. */
function rangeIn(word: string): string | undefined {
  const text = word.replace(/^[\w-]{1,40}=/, '')
  if (/^\d{1,3}(?:\.\d{1,3}){3}\/(?:[89]|[12]\d)$/.test(text)) return text
  const known = /^(?<known>\d{1,3}(?:\.\d{1,3}){0,2})(?:\.[x*]){1,3}$/.exec(text)?.groups?.known?.split('.')
  if (known === undefined || text.split('.').length !== 4) return undefined
  return `${[...known, '0', '0', '0'].slice(0, 4).join('.')}/${8 * known.length}`
}

/** The nearest word before it that says whose, in the same part of the sentence; else the first behind it. */
function whose(words: readonly string[], at: number): string | undefined {
  const flag = /^-{0,2}(?<flag>[a-z-]{1,40})=/.exec(words[at] ?? '')?.groups?.flag
  if (flag !== undefined) return flags.get(flag)
  const start = words.findLastIndex((word, index) => index < at && parting.has(word))
  const before = words.slice(Math.max(start + 1, at - reach), at)
  if (before.some((word) => asking.has(word))) return undefined
  const found = before.findLastIndex((word) => owners.has(word))
  if (found !== -1) return ownerOf(before, found)
  const end = words.findIndex((word, index) => index > at && parting.has(word))
  const behind = words.slice(at + 1, end === -1 ? at + reach : Math.min(end, at + reach))
  const next = behind.findIndex((word) => owners.has(word))
  return next === -1 || !(behind[0] === 'is' || behind[0] === 'for' || behind[0] === 'as')
    ? undefined
    : ownerOf(behind, next)
}

const reach = 8

/** `the network of the pods on node …` is of pods: the owner of a network, else the one before it. */
function ownerOf(words: readonly string[], at: number): string | undefined {
  const before = words[at - 2]
  const isOnNode =
    (words[at - 1] === 'on' || words[at - 1] === 'of') && before !== undefined && owners.has(before)
  return owners.get((isOnNode ? before : words[at]) ?? '')
}

const parting = new Set([',', ';', '(', ')', '–', '—', 'but', 'while', 'whereas'])

/** Where somebody wants to get is not where somebody is. */
const asking = new Set(
  'route routes rule rules ping curl connect allow allowed block deny exclude except not'.split(' '),
)

const [podRange, nodeRange, serviceRange] = ['podSubnet', 'nodeSubnet', 'serviceSubnet'] as const

const owners: ReadonlyMap<string, string> = new Map([
  ...'pod pool ippool ippools pools podcidr pod-cidr podsubnet cluster-cidr clustercidr pod-network-cidr calico_ipv4pool_cidr'
    .split(' ')
    .map((word) => [word, podRange] as const),
  ...'node kubelet host-network node-network vpc'.split(' ').map((word) => [word, nodeRange] as const),
  ...'service service-cidr servicesubnet service-cluster-ip-range'
    .split(' ')
    .map((word) => [word, serviceRange] as const),
])

const flags: ReadonlyMap<string, string> = new Map([
  ['pod-network-cidr', podRange],
  ['cluster-cidr', podRange],
  ['cluster-pool-ipv4-cidr', podRange],
  ['calico_ipv4pool_cidr', podRange],
  ['service-cidr', serviceRange],
  ['service-cluster-ip-range', serviceRange],
])
