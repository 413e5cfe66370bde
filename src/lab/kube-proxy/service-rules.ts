/** The chains of one service port: from its portals to its endpoints. */
import {
  endpointChain,
  externalChain,
  firewallChain,
  localChain,
  nameOf,
  serviceChain,
} from '#lab/kube-proxy/names.ts'
import { type Chains, portMatch, type ServicePort } from '#lab/kube-proxy/rules.ts'
import type { Rule } from '#lab/network/ports.ts'

const markForMasquerade = (match: Rule['match'], comment: string): Rule => ({
  match,
  target: { kind: 'jump', chain: 'KUBE-MARK-MASQ' },
  comment,
})

/** Only chains that some portal or other chain leads to. */
export function serviceRules(service: ServicePort, clusterCidr: string | undefined): Chains {
  const { endpoints, localEndpoints, externalPolicy, internalPolicy } = service
  const chains: Chains = {}
  if (endpoints.length === 0) return chains
  const isExternal =
    service.nodePort !== undefined || service.externalIps.length + service.loadBalancerIps.length > 0
  const usesAll = internalPolicy === 'cluster' || isExternal
  const usesLocal =
    (internalPolicy === 'local' || (isExternal && externalPolicy === 'local')) && localEndpoints.length > 0
  if (usesAll)
    chains[serviceChain(service)] = [
      ...(internalPolicy === 'cluster' ? outsiders(service, clusterCidr) : []),
      ...toEndpoints(service, endpoints),
    ]
  if (usesLocal) chains[localChain(service)] = toEndpoints(service, localEndpoints)
  if (isExternal) chains[externalChain(service)] = externalRules(service, clusterCidr)
  if (service.sourceRanges.length > 0 && service.loadBalancerIps.length > 0)
    chains[firewallChain(service)] = service.sourceRanges.map((source) => ({
      match: { source },
      target: { kind: 'jump', chain: externalChain(service) },
      comment: `${nameOf(service)} loadbalancer IP`,
    }))
  for (const endpoint of usesAll ? endpoints : localEndpoints)
    chains[endpointChain(service, endpoint)] = endpointRules(service, endpoint)
  return chains
}

/** Who is no pod could not be answered by one directly. */
const outsiders = (service: ServicePort, clusterCidr: string | undefined): readonly Rule[] =>
  clusterCidr === undefined
    ? []
    : [
        markForMasquerade(
          { ...portMatch(service, service.clusterIp), source: `!${clusterCidr}` },
          `${nameOf(service)} cluster IP`,
        ),
      ]

/** Clients that were here before stay where they were; the others are spread evenly. */
function toEndpoints(service: ServicePort, endpoints: ServicePort['endpoints']): readonly Rule[] {
  const rule = (endpoint: ServicePort['endpoints'][number], match: Rule['match']): Rule => ({
    match,
    target: { kind: 'jump', chain: endpointChain(service, endpoint) },
    comment: `${nameOf(service)} -> ${endpoint.address}:${endpoint.port}`,
  })
  const { affinitySeconds: seconds } = service
  const affine =
    seconds === undefined
      ? []
      : endpoints.map((endpoint) =>
          rule(endpoint, { recent: { name: endpointChain(service, endpoint), op: 'check', seconds } }),
        )
  const spread = endpoints.map((endpoint, index) => {
    const left = endpoints.length - index
    return rule(endpoint, left === 1 ? {} : { oneIn: left })
  })
  return [...affine, ...spread]
}

function externalRules(service: ServicePort, clusterCidr: string | undefined): readonly Rule[] {
  const name = nameOf(service)
  const toAll = { kind: 'jump', chain: serviceChain(service) } as const
  if (service.externalPolicy === 'cluster')
    return [
      markForMasquerade({}, `masquerade traffic for ${name} external destinations`),
      { match: {}, target: toAll },
    ]
  const local = { sourceType: 'local' } as const
  return [
    ...(clusterCidr === undefined
      ? []
      : [
          {
            match: { source: clusterCidr },
            target: toAll,
            comment: `pod traffic for ${name} external destinations`,
          },
        ]),
    markForMasquerade(local, `masquerade LOCAL traffic for ${name} external destinations`),
    { match: local, target: toAll, comment: `route LOCAL traffic for ${name} external destinations` },
    ...(service.localEndpoints.length === 0
      ? []
      : [{ match: {}, target: { kind: 'jump', chain: localChain(service) } } as const]),
  ]
}

/** A pod that reaches itself through the service must not see its own address. */
function endpointRules(service: ServicePort, endpoint: ServicePort['endpoints'][number]): readonly Rule[] {
  const { address, port } = endpoint
  const recent =
    service.affinitySeconds === undefined
      ? {}
      : { recent: { name: endpointChain(service, endpoint), op: 'set' } as const }
  return [
    markForMasquerade({ source: `${address}/32` }, nameOf(service)),
    {
      match: { protocol: service.protocol, ...recent },
      target: { kind: 'dnat', to: address, port },
      comment: nameOf(service),
    },
  ]
}
