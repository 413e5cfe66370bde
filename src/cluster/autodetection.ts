/** How calico-node was told to look for its node's address. */
import type { Provenance, Reads } from '#cluster/facts.ts'
import { envNamed, settingsNamed } from '#cluster/settings.ts'

export interface AutodetectionMethod {
  /** `unknown`: calico-node refuses it and ends. */
  readonly kind:
    | 'first-found'
    | 'can-reach'
    | 'interface'
    | 'skip-interface'
    | 'cidr'
    | 'kubernetes-internal-ip'
    | 'unknown'
  /** Patterns of interfaces, ranges, or the destination. */
  readonly values: readonly string[]
  readonly written: string
  readonly family: 4 | 6
  readonly from: Provenance
}

/**
 * The methods that somebody configured, of the DaemonSet's environment and of the operator's Installation.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/autodetection/autodetection_methods.go
 * @see tigera/operator:api/v1/installation_types.go (NodeAddressAutodetection)
 */
export const autodetectionMethods = (facts: Reads<'settings'>): readonly AutodetectionMethod[] => [
  ...envNamed(facts, 'IP_AUTODETECTION_METHOD').map((row) => written(row.value, 4, row.from)),
  ...envNamed(facts, 'IP6_AUTODETECTION_METHOD').map((row) => written(row.value, 6, row.from)),
  ...Object.entries(operatorKeys).flatMap(([key, kind]) =>
    ([4, 6] as const).flatMap((family) =>
      settingsNamed(facts, 'Installation', `nodeAddressAutodetectionV${family}.${key}`).map(
        ({ value, from }) => ({ kind, values: listed(value), written: `${key}: ${value}`, family, from }),
      ),
    ),
  ),
]

const operatorKeys: Readonly<Record<string, AutodetectionMethod['kind']>> = {
  firstFound: 'first-found',
  interface: 'interface',
  skipInterface: 'skip-interface',
  canReach: 'can-reach',
  cidrs: 'cidr',
  kubernetes: 'kubernetes-internal-ip',
}

function written(value: string, family: 4 | 6, from: Provenance): AutodetectionMethod {
  const text = value.trim()
  const [word = '', rest] = text.split(/=(.*)/s)
  const kind = rest === undefined ? bare.get(text) : withValue.get(word)
  return { kind: kind ?? 'unknown', values: listed(rest ?? ''), written: text, family, from }
}

const listed = (value: string): readonly string[] =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

const bare = new Map<string, AutodetectionMethod['kind']>([
  ['', 'first-found'],
  ['first-found', 'first-found'],
  ['kubernetes-internal-ip', 'kubernetes-internal-ip'],
])

const withValue = new Map<string, AutodetectionMethod['kind']>([
  ['can-reach', 'can-reach'],
  ['interface', 'interface'],
  ['skip-interface', 'skip-interface'],
  ['cidr', 'cidr'],
])

/** Whether a method names this interface: then it was chosen on purpose. */
export const isChosen = (methods: readonly AutodetectionMethod[], name: string): boolean =>
  methods.some(({ kind, values }) => kind === 'interface' && values.some((value) => matches(value, name)))

/** Whether a pattern of the settings matches an interface's name; one that is no pattern matches nothing. */
export function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern.slice(0, patternMax)).test(name)
  } catch {
    return false
  }
}

/** An interface's name has at most 15 letters, and nobody needs more than this to describe it. */
const patternMax = 100

/** Whether `first-found` passes over an interface of this name; up to 3.2x it took `lo` anywhere in the name for loopback. */
export const isPassedOver = (name: string): boolean => passedOver.test(name)

const passedOver =
  /^(?:docker|cbr|dummy|podman|virbr|lxcbr|veth|br-|cali|tunl|flannel|kube-ipvs|cni|vxlan\.calico|vxlan-v6\.calico|wireguard\.cali|wg-v6\.cali|nodelocaldns)|lo/
