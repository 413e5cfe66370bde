/**
 * The rules of kube-proxy in iptables mode, as data.
 *
 * Not imitated: IPv6, the counting of invalid packets (nfacct), topology hints, `--nodeport-addresses`, and the exact form of
 * the rule that clears the mark before MASQUERADE (it flips the bit; here it is cleared).
 *
 * @see kubernetes/kubernetes:pkg/proxy/iptables/proxier.go
 */

import { externalChain, firewallChain, localChain, nameOf, serviceChain } from '#lab/kube-proxy/names.ts'
import { serviceRules } from '#lab/kube-proxy/service-rules.ts'
import type { Rule } from '#lab/network/ports.ts'

export { serviceChain } from '#lab/kube-proxy/names.ts'

/** One port of a service, with the endpoints that take its traffic. */
export interface ServicePort {
  readonly namespace: string
  readonly name: string
  readonly portName: string
  readonly clusterIp: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** Sorted. */
  readonly endpoints: readonly { readonly address: string; readonly port: number }[]
  /** Those on this node; only asked for where a traffic policy is `local`. */
  readonly localEndpoints: readonly { readonly address: string; readonly port: number }[]
  readonly nodePort?: number
  readonly externalIps: readonly string[]
  readonly loadBalancerIps: readonly string[]
  readonly sourceRanges: readonly string[]
  readonly externalPolicy: 'cluster' | 'local'
  readonly internalPolicy: 'cluster' | 'local'
  readonly healthCheckNodePort?: number
  /** How long a client keeps its endpoint; missing: not at all. */
  readonly affinitySeconds?: number
}

export type Chains = Record<string, readonly Rule[]>

export const masqueradeMark = 0x4000

/** Chains of the nat table: the whole of KUBE-*. `clusterCidr`: sources in it are pods and keep their address. */
export function natChains(ports: readonly ServicePort[], clusterCidr: string | undefined): Chains {
  const chains: Chains = {
    'KUBE-MARK-MASQ': [{ match: {}, target: { kind: 'mark', mark: masqueradeMark } }],
    'KUBE-POSTROUTING': [
      { match: { unmarked: masqueradeMark }, target: { kind: 'return' } },
      { match: {}, target: { kind: 'mark', mark: 0, mask: masqueradeMark } },
      { match: {}, target: { kind: 'masquerade' }, comment: 'kubernetes service traffic requiring SNAT' },
    ],
  }
  const portals = ports.flatMap(clusterPortal)
  const external = ports.flatMap(externalPortals)
  chains['KUBE-SERVICES'] = [...portals, ...external, nodePorts]
  chains['KUBE-NODEPORTS'] = ports.flatMap(nodePortal)
  for (const each of ports) Object.assign(chains, serviceRules(each, clusterCidr))
  return chains
}

const nodePorts: Rule = {
  match: { destinationType: 'local' },
  target: { kind: 'jump', chain: 'KUBE-NODEPORTS' },
  comment: 'kubernetes service nodeports; NOTE: this must be the last rule in this chain',
}

/** What clients of the cluster IP may use. */
export const internalEndpoints = (service: ServicePort): ServicePort['endpoints'] =>
  service.internalPolicy === 'local' ? service.localEndpoints : service.endpoints

export const externalEndpoints = (service: ServicePort): ServicePort['endpoints'] =>
  service.externalPolicy === 'local' ? service.localEndpoints : service.endpoints

function clusterPortal(service: ServicePort): readonly Rule[] {
  if (internalEndpoints(service).length === 0) return []
  const chain = service.internalPolicy === 'local' ? localChain(service) : serviceChain(service)
  return [
    {
      match: portMatch(service, service.clusterIp),
      target: { kind: 'jump', chain },
      comment: `${nameOf(service)} cluster IP`,
    },
  ]
}

function externalPortals(service: ServicePort): readonly Rule[] {
  if (service.endpoints.length === 0) return []
  const firewalled = service.sourceRanges.length > 0
  return [
    ...service.externalIps.map(
      (address): Rule => ({
        match: portMatch(service, address),
        target: { kind: 'jump', chain: externalChain(service) },
        comment: `${nameOf(service)} external IP`,
      }),
    ),
    ...service.loadBalancerIps.map(
      (address): Rule => ({
        match: portMatch(service, address),
        target: { kind: 'jump', chain: firewalled ? firewallChain(service) : externalChain(service) },
        comment: `${nameOf(service)} loadbalancer IP`,
      }),
    ),
  ]
}

function nodePortal(service: ServicePort): readonly Rule[] {
  const { nodePort, protocol, endpoints } = service
  if (nodePort === undefined || endpoints.length === 0) return []
  return [
    {
      match: { protocol, port: nodePort },
      target: { kind: 'jump', chain: externalChain(service) },
      comment: nameOf(service),
    },
  ]
}

/** Chains of the filter table: services without endpoints are refused, what kube-proxy has translated is let through. */
export function filterChains(ports: readonly ServicePort[]): Chains {
  return {
    'KUBE-SERVICES': ports.flatMap(internalRefusal),
    'KUBE-EXTERNAL-SERVICES': ports.flatMap(externalRefusals),
    'KUBE-NODEPORTS': healthCheckPorts(ports),
    'KUBE-PROXY-FIREWALL': ports.flatMap(firewallRules),
    'KUBE-FORWARD': [
      { match: { state: 'invalid' }, target: { kind: 'drop' } },
      { match: { mark: masqueradeMark }, target: { kind: 'accept' }, comment: 'kubernetes forwarding rules' },
      {
        match: { state: 'established' },
        target: { kind: 'accept' },
        comment: 'kubernetes forwarding conntrack rule',
      },
    ],
  }
}

function internalRefusal(service: ServicePort): readonly Rule[] {
  if (internalEndpoints(service).length > 0) return []
  const match = portMatch(service, service.clusterIp)
  return service.endpoints.length === 0
    ? [{ match, target: { kind: 'reject' }, comment: `${nameOf(service)} has no endpoints` }]
    : [{ match, target: { kind: 'drop' }, comment: `${nameOf(service)} has no local endpoints` }]
}

/** Without any endpoint: refused. With some, but none here: dropped, so that a load balancer takes another node. */
function externalRefusals(service: ServicePort): readonly Rule[] {
  if (externalEndpoints(service).length > 0) return []
  const none = service.endpoints.length === 0
  const refusal = (match: Rule['match']): Rule => ({
    match,
    target: { kind: none ? 'reject' : 'drop' },
    comment: `${nameOf(service)} has no ${none ? '' : 'local '}endpoints`,
  })
  const { nodePort, protocol } = service
  return [
    ...[...service.externalIps, ...service.loadBalancerIps].map((address) =>
      refusal(portMatch(service, address)),
    ),
    ...(nodePort === undefined ? [] : [refusal({ destinationType: 'local', protocol, port: nodePort })]),
  ]
}

function healthCheckPorts(ports: readonly ServicePort[]): readonly Rule[] {
  const byPort = new Map(
    ports.flatMap((each) =>
      each.healthCheckNodePort === undefined ? [] : [[each.healthCheckNodePort, each]],
    ),
  )
  return [...byPort].map(([port, service]) => ({
    match: { protocol: 'tcp', port },
    target: { kind: 'accept' },
    comment: `${nameOf(service)} health check node port`,
  }))
}

const firewallRules = (service: ServicePort): readonly Rule[] =>
  service.sourceRanges.length === 0
    ? []
    : service.loadBalancerIps.map((address) => ({
        match: portMatch(service, address),
        target: { kind: 'drop' },
        comment: `${nameOf(service)} traffic not accepted by ${firewallChain(service)}`,
      }))

/** What the base chains of a table get in front. */
export const baseRules: Readonly<Record<'filter' | 'nat', Readonly<Record<string, readonly Rule[]>>>> = {
  nat: {
    PREROUTING: [jump('KUBE-SERVICES', 'kubernetes service portals')],
    OUTPUT: [jump('KUBE-SERVICES', 'kubernetes service portals')],
    POSTROUTING: [jump('KUBE-POSTROUTING', 'kubernetes postrouting rules')],
  },
  filter: {
    INPUT: [
      jump('KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', { state: 'new' }),
      jump('KUBE-NODEPORTS', 'kubernetes health check service ports'),
      jump('KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals', { state: 'new' }),
    ],
    FORWARD: [
      jump('KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', { state: 'new' }),
      jump('KUBE-FORWARD', 'kubernetes forwarding rules'),
      jump('KUBE-SERVICES', 'kubernetes service portals', { state: 'new' }),
      jump('KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals', { state: 'new' }),
    ],
    OUTPUT: [
      jump('KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', { state: 'new' }),
      jump('KUBE-SERVICES', 'kubernetes service portals', { state: 'new' }),
    ],
  },
}

function jump(chain: string, comment: string, match: Rule['match'] = {}): Rule {
  return { match, target: { kind: 'jump', chain }, comment }
}

export const portMatch = (
  { protocol, port }: Pick<ServicePort, 'protocol' | 'port'>,
  address: string,
): Rule['match'] => ({ destination: `${address}/32`, protocol, port })
