import type { Fact, Reads } from '#cluster/facts.ts'
import { coversPort } from '#cluster/refusals.ts'
import type { PolicyRow, PolicyRule } from '#cluster/relations.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/** Ports without which a cluster does not live, and who needs them. */
export const neededPorts: readonly (readonly [port: number, what: string])[] = [
  [179, 'BGP'],
  [2379, 'etcd'],
  [5473, 'Typha'],
  [6443, 'the API server'],
]

const dnsPort = 53

/** It selects every pod (of its namespace, or of all). What is only staged does nothing. */
const isForAll = ({ kind, selector }: PolicyRow): boolean =>
  !kind.startsWith('Staged') && (selector === '' || selector === 'all()')

const isGlobal = ({ kind }: PolicyRow): boolean => kind === 'GlobalNetworkPolicy'

/** Policies that apply to everything and deny what is not allowed. */
export const defaultDenials = (view: Reads<'policies'>): readonly Fact<PolicyRow>[] =>
  view.rows('policies').filter(isForAll)

/** Who denies what a cluster needs, by the policies themselves. */
export const policySigns = (
  view: Reads<'policies'>,
  {
    isDnsFailing,
    isSomethingFailing,
  }: { readonly isDnsFailing: boolean; readonly isSomethingFailing: boolean },
): readonly Sign[] => [...ofDns(view, isDnsFailing), ...ofDenied(view), ...ofSystem(view, isSomethingFailing)]

/** Egress of all pods is limited, and no policy lets them ask for names. */
function ofDns(view: Reads<'policies'>, isDnsFailing: boolean): readonly Sign[] {
  const egress = defaultDenials(view).filter(({ types }) => types.includes('Egress'))
  const allowed = (protocol: 'UDP' | 'TCP'): boolean =>
    view.rows('policies').some((policy) => allows(policy, 'Egress', { protocol, port: dnsPort }))
  if (allowed('UDP')) {
    // Answers that do not fit into one packet are asked for again by TCP.
    return allowed('TCP') || !isDnsFailing
      ? []
      : egress.map((row) =>
          sign(row, 'decisive', `${row.name} limits what all pods send, and DNS by TCP is allowed nowhere`),
        )
  }
  return egress.map((row) =>
    sign(
      row,
      isDnsFailing ? 'decisive' : 'strong',
      `${row.name} limits what all pods send, and no policy allows DNS`,
    ),
  )
}

/** Deny rules of Calico's for ports that a cluster needs. */
function ofDenied(view: Reads<'policies'>): readonly Sign[] {
  return defaultDenials(view).flatMap((policy) =>
    neededPorts
      .filter(([port]) =>
        policy.rules.some(
          (rule) => rule.action === 'Deny' && rule.ports !== undefined && concerns(rule, port),
        ),
      )
      .map(([port, what]) =>
        sign(policy, 'decisive', `${policy.name} denies port ${port}, which ${what} needs`),
      ),
  )
}

const concerns = ({ protocol, ports }: PolicyRule, port: number): boolean =>
  (protocol === undefined || protocol.toUpperCase() === 'TCP') &&
  (ports ?? []).some((one) => coversPort(one, port))

/** Everything is denied in a namespace whose pods all others need. */
const ofSystem = (view: Reads<'policies'>, isFailing: boolean): readonly Sign[] =>
  defaultDenials(view)
    .filter(({ namespace, types }) => systems.has(namespace ?? '') && types.includes('Ingress'))
    .filter(({ rules }) =>
      rules.every(({ direction, action }) => direction !== 'Ingress' || action !== 'Allow'),
    )
    .map((row) =>
      sign(row, isFailing ? 'decisive' : 'strong', `${row.name} lets nobody reach pods of ${row.namespace}`),
    )

const systems: ReadonlySet<string> = new Set([
  'kube-system',
  'calico-system',
  'calico-apiserver',
  'tigera-operator',
])

/** A global policy that selects hosts as well and lets nothing through. */
export const locksHosts = (policy: PolicyRow): boolean =>
  isForAll(policy) && isGlobal(policy) && policy.rules.every(({ action }) => action !== 'Allow')

function allows(
  policy: PolicyRow,
  direction: 'Ingress' | 'Egress',
  { protocol, port }: { readonly protocol: 'UDP' | 'TCP'; readonly port: number },
): boolean {
  if (policy.kind.startsWith('Staged')) return false
  return policy.rules.some(
    (rule) =>
      rule.direction === direction &&
      rule.action === 'Allow' &&
      (rule.protocol === undefined ||
        rule.protocol.toUpperCase() === protocol ||
        rule.protocol === numbers[protocol]) &&
      (rule.ports === undefined ||
        rule.ports.some((one) => one === 'dns' || one === 'dns-tcp' || coversPort(one, port))),
  )
}

const numbers = { UDP: '17', TCP: '6' } as const
