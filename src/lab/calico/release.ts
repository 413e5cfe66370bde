/**
 * What differs from release to release of Calico, 3.24 to 3.32: one table, by which every program behaves as the version that its
 * executable was built as, and by which manifests are rendered. Read off projectcalico/calico's tags (manifests/calico.yaml,
 * node/pkg, node/filesystem, cni-plugin, felix/config, libcalico-go/lib/clientv3/client.go).
 *
 * Not imitated: what 3.33 renames; differences in the order of Felix's chains; a version that is not known is the nearest known.
 */

/** The release that is meant where nobody says one. */
export const usualRelease = 'v3.29.3'

interface TierDefaults {
  readonly name: string
  readonly order: number
  readonly defaultAction: 'Deny' | 'Pass'
}

export interface Release {
  /** `v3.29.3` */
  readonly name: string
  /** 29 */
  readonly minor: number

  // Images and manifests
  readonly imageRegistry: 'docker.io' | 'quay.io'
  readonly setuidPrograms: boolean
  /** calico-node's image has `nft`. */
  readonly hasNft: boolean
  readonly bpfInitContainer: 'mount-bpffs' | 'ebpf-bootstrap'
  readonly seccomp: boolean
  /** hostPath volumes of Calico's own folders are made where they are missing, whoever makes them. */
  readonly makesHostFolders: boolean
  readonly bandwidthPlugin: boolean
  readonly policySetupWait: boolean
  readonly controllers: 'node' | 'node,loadbalancer'
  /** Whose token the CNI plugin uses. */
  readonly cniAccount: 'calico-node' | 'calico-cni-plugin'
  readonly conflistMode: 0o600 | 0o644
  readonly hasBgpFilters: boolean
  readonly hasTiers: boolean
  readonly adminPolicies: readonly string[]
  readonly hasStagedPolicies: boolean
  readonly defaultsWriteBgpConfiguration: boolean
  /** Permissions name `projectcalico.org` beside `crd.projectcalico.org`. */
  readonly bothGroups: boolean
  readonly allowsNonPrivileged: boolean

  // calico-node
  /** Before the file in the probe's log lines. */
  readonly probeComponent: 'confd' | 'node'
  /** Errors of Go code begin with a small letter. */
  readonly smallErrors: boolean
  /** The liveness probe talks with BIRD, by this program. */
  readonly birdcl: '/usr/bin/birdcl' | '/bin/birdcl' | undefined
  /** What declares the node networked. */
  readonly declaredBy: 'startup' | 'complete-startup'
  /** Address monitor, tunnel addresses, status reporter, CNI token: a process each, or one for all. */
  readonly services: 'separate' | 'one process'
  readonly tiers: readonly TierDefaults[]

  // Felix
  readonly iptablesRefreshMs: number
  readonly bpfDefaults: boolean
  /** Not those of others, which its `ipset` may not be able to read. */
  readonly listsOwnSetsOnly: boolean
  readonly recreatesUnreadableSets: boolean
}

const known = new Map<string, Release>()

/** `3.26.4`, with or without a `v`; empty: the usual one. */
export function releaseOf(version: string): Release {
  const found = known.get(version)
  if (found !== undefined) return found
  const made = releaseNamed(version === '' ? usualRelease : version.startsWith('v') ? version : `v${version}`)
  known.set(version, made)
  return made
}

function releaseNamed(name: string): Release {
  const minor = Number(/^v3\.(\d+)/.exec(name)?.[1] ?? 29)
  const since = (first: number): boolean => minor >= first
  return {
    name,
    minor,
    imageRegistry: since(31) ? 'quay.io' : 'docker.io',
    setuidPrograms: !since(32),
    hasNft: since(29),
    bpfInitContainer: since(31) ? 'ebpf-bootstrap' : 'mount-bpffs',
    seccomp: since(29),
    makesHostFolders: since(27),
    bandwidthPlugin: !since(30),
    policySetupWait: since(28),
    controllers: since(30) ? 'node,loadbalancer' : 'node',
    cniAccount: since(26) ? 'calico-cni-plugin' : 'calico-node',
    conflistMode: since(30) ? 0o600 : 0o644,
    hasBgpFilters: since(26),
    hasTiers: since(29),
    adminPolicies: adminPolicies(minor),
    hasStagedPolicies: since(30),
    defaultsWriteBgpConfiguration: since(32),
    bothGroups: since(32),
    allowsNonPrivileged: !since(30),
    probeComponent: since(29) ? 'node' : 'confd',
    smallErrors: since(31),
    birdcl: since(31) ? '/bin/birdcl' : since(28) ? '/usr/bin/birdcl' : undefined,
    declaredBy: since(31) ? 'complete-startup' : 'startup',
    services: since(32) ? 'one process' : 'separate',
    tiers: tiers(minor),
    iptablesRefreshMs: since(27) ? 180_000 : 90_000,
    bpfDefaults: since(27),
    listsOwnSetsOnly: since(27),
    recreatesUnreadableSets: since(32),
  }
}

/** Resources of policy.networking.k8s.io that calico-node reads. */
function adminPolicies(minor: number): readonly string[] {
  if (minor >= 32) return ['clusternetworkpolicies']
  if (minor >= 30) return ['adminnetworkpolicies', 'baselineadminnetworkpolicies']
  return minor >= 29 ? ['adminnetworkpolicies'] : []
}

/** Written by whoever first uses the datastore. */
function tiers(minor: number): readonly TierDefaults[] {
  const normal: TierDefaults = { name: 'default', order: 1_000_000, defaultAction: 'Deny' }
  const high = (name: string): TierDefaults => ({ name, order: 1_000, defaultAction: 'Pass' })
  const low = (name: string): TierDefaults => ({ name, order: 10_000_000, defaultAction: 'Pass' })
  if (minor >= 32) return [normal, high('kube-admin'), low('kube-baseline')]
  if (minor >= 30) return [normal, high('adminnetworkpolicy'), low('baselineadminnetworkpolicy')]
  return minor >= 29 ? [normal, high('adminnetworkpolicy')] : []
}

/** A message of Go code with its first letter as this release writes it. `text` begins with a capital. */
export const goSays = ({ smallErrors }: Release, text: string): string =>
  smallErrors ? `${text.slice(0, 1).toLowerCase()}${text.slice(1)}` : text
