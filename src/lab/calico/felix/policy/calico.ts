/**
 * Calico's NetworkPolicy and GlobalNetworkPolicy (crd.projectcalico.org/v1; projectcalico/calico:
 * libcalico-go/lib/backend/syncersv1/updateprocessors/{networkpolicy,globalnetworkpolicy,rules}.go).
 *
 * Not imitated: HTTP matches, `services` in rules, performance hints, staged policies (they enforce nothing).
 */
import type { KubeObject } from '#lab/api/objects.ts'
import { byLabels, byNamespace, byServiceAccount, inNamespace } from '#lab/calico/felix/policy/choices.ts'
import { both, type Choice, type Policy, type PolicyRule, type Side } from '#lab/calico/felix/policy/model.ts'
import type { PortRange } from '#lab/network/rule.ts'

interface EntityRule {
  readonly nets?: readonly string[]
  readonly notNets?: readonly string[]
  readonly selector?: string
  readonly notSelector?: string
  readonly namespaceSelector?: string
  readonly serviceAccounts?: { readonly names?: readonly string[]; readonly selector?: string }
  readonly ports?: readonly (number | string)[]
  readonly notPorts?: readonly (number | string)[]
}

interface CalicoRule {
  readonly action: string
  readonly protocol?: string | number
  readonly notProtocol?: string | number
  readonly ipVersion?: number
  readonly icmp?: { readonly type?: number; readonly code?: number }
  readonly notICMP?: { readonly type?: number; readonly code?: number }
  readonly source?: EntityRule
  readonly destination?: EntityRule
}

export interface CalicoPolicy extends KubeObject {
  readonly spec: {
    readonly tier?: string
    readonly order?: number
    readonly selector?: string
    readonly namespaceSelector?: string // global ones only
    readonly serviceAccountSelector?: string
    readonly types?: readonly string[]
    readonly ingress?: readonly CalicoRule[]
    readonly egress?: readonly CalicoRule[]
    readonly doNotTrack?: boolean
    readonly preDNAT?: boolean
    readonly applyOnForward?: boolean
  }
}

export function calicoPolicy({ metadata, spec }: CalicoPolicy): Policy {
  const { namespace, name } = metadata
  const { tier = 'default', order = Number.POSITIVE_INFINITY, ingress = [], egress = [] } = spec
  const fullName = namespace === undefined ? name : `${namespace}/${name}`
  const types =
    spec.types ??
    (spec.egress === undefined ? ['Ingress'] : spec.ingress ? ['Ingress', 'Egress'] : ['Egress'])
  const side = (rule: CalicoRule): readonly PolicyRule[] => ruleOf(rule, namespace)
  const { doNotTrack = false, preDNAT: preDnat = false } = spec
  return {
    id: `${tier}/${fullName}`,
    name: fullName,
    tier,
    order,
    applies: appliesTo(spec, namespace),
    ...(types.includes('Ingress') ? { ingress: ingress.flatMap(side) } : {}),
    ...(types.includes('Egress') ? { egress: egress.flatMap(side) } : {}),
    doNotTrack,
    preDnat,
    applyOnForward: (spec.applyOnForward ?? false) || doNotTrack || preDnat,
  }
}

function appliesTo(
  { selector = '', namespaceSelector = '', serviceAccountSelector = '' }: CalicoPolicy['spec'],
  namespace: string | undefined,
): Choice {
  const own = byLabels(selector === '' ? 'all()' : selector)
  const where =
    namespace !== undefined
      ? inNamespace(namespace)
      : namespaceSelector === ''
        ? undefined
        : byNamespace(namespaceSelector)
  const account =
    serviceAccountSelector === '' ? undefined : byServiceAccount({ selector: serviceAccountSelector })
  return both(own, where, account) ?? own
}

/** Rules for IPv6 alone say nothing here. */
function ruleOf(rule: CalicoRule, namespace: string | undefined): readonly PolicyRule[] {
  if (rule.ipVersion === 6) return []
  const { protocol, notProtocol, icmp, notICMP } = rule
  const matched = icmp ?? notICMP
  return [
    {
      action: actionOf(rule.action),
      ...(protocol === undefined ? {} : { protocol: protocolOf(protocol) }),
      ...(notProtocol === undefined ? {} : { notProtocol: protocolOf(notProtocol) }),
      ...(matched?.type === undefined
        ? {}
        : {
            icmp: {
              type: matched.type,
              ...(matched.code === undefined ? {} : { code: matched.code }),
              not: icmp === undefined,
            },
          }),
      source: sideOf(rule.source ?? {}, namespace),
      destination: sideOf(rule.destination ?? {}, namespace),
    },
  ]
}

const actionOf = (action: string): PolicyRule['action'] =>
  action === 'Deny' || action === 'Log' || action === 'Pass' ? action : 'Allow'

const protocolNumbers: Readonly<Record<string, string>> = {
  1: 'icmp',
  4: 'ipip',
  6: 'tcp',
  17: 'udp',
  132: 'sctp',
}

const protocolOf = (protocol: string | number): string =>
  protocolNumbers[`${protocol}`] ?? `${protocol}`.toLowerCase()

function sideOf(entity: EntityRule, namespace: string | undefined): Side {
  const { nets = [], notNets = [], selector = '', notSelector = '', namespaceSelector = '' } = entity
  const { serviceAccounts } = entity
  const chooses = selector !== '' || namespaceSelector !== '' || serviceAccounts !== undefined
  // A namespaced policy's peers are those of its own namespace unless it says otherwise.
  const where =
    namespaceSelector !== ''
      ? byNamespace(namespaceSelector)
      : chooses && namespace !== undefined
        ? inNamespace(namespace)
        : undefined
  const choice = both(
    selector === '' ? undefined : byLabels(selector),
    where,
    serviceAccounts === undefined ? undefined : byServiceAccount(serviceAccounts),
  )
  const ports = (entity.ports ?? []).map(portOf)
  return {
    nets: nets.filter(isV4),
    notNets: notNets.filter(isV4),
    ...(choice === undefined ? {} : { choice }),
    ...(notSelector === '' ? {} : { notChoice: byLabels(notSelector) }),
    ports: ports.flatMap((port) => (typeof port === 'string' ? [] : [port])),
    namedPorts: ports.flatMap((port) => (typeof port === 'string' ? [port] : [])),
    notPorts: (entity.notPorts ?? []).flatMap((port) => {
      const parsed = portOf(port)
      return typeof parsed === 'string' ? [] : [parsed]
    }),
  }
}

const isV4 = (net: string): boolean => !net.includes(':')

/** `8080`, `8000:9000`, or a name. */
function portOf(port: number | string): PortRange | string {
  if (typeof port === 'number') return port
  const range = /^(\d+):(\d+)$/.exec(port)
  if (range) return [Number(range[1]), Number(range[2])]
  return /^\d+$/.test(port) ? Number(port) : port
}
