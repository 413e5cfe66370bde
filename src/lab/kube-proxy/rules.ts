/**
 * The rules of kube-proxy in iptables mode, as data.
 *
 * Not imitated: node ports, external and load-balancer addresses, session affinity, traffic policies, IPv6, and the clearing
 * of the mark before MASQUERADE (the lab's rules cannot negate a mark, and nothing reads it afterwards).
 *
 * @see kubernetes/kubernetes:pkg/proxy/iptables/proxier.go
 */
import { createHash } from 'node:crypto'
import type { Rule } from '#lab/network/ports.ts'

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
}

export type Chains = Record<string, readonly Rule[]>

const masqueradeMark = 0x4000

/** Chains of the nat table: the whole of KUBE-*. `clusterCidr`: sources in it are pods and keep their address. */
export function natChains(ports: readonly ServicePort[], clusterCidr: string | undefined): Chains {
  const chains: Chains = {
    'KUBE-MARK-MASQ': [{ match: {}, target: { kind: 'mark', mark: masqueradeMark } }],
    'KUBE-POSTROUTING': [
      {
        match: { mark: masqueradeMark },
        target: { kind: 'masquerade' },
        comment: 'kubernetes service traffic requiring SNAT',
      },
    ],
  }
  const served = ports.filter(({ endpoints }) => endpoints.length > 0)
  chains['KUBE-SERVICES'] = served.map((each) => ({
    match: portMatch(each),
    target: { kind: 'jump', chain: serviceChain(each) },
    comment: `${nameOf(each)} cluster IP`,
  }))
  for (const each of served) {
    chains[serviceChain(each)] = serviceRules(each, clusterCidr)
    for (const endpoint of each.endpoints)
      chains[endpointChain(each, endpoint)] = endpointRules(each, endpoint)
  }
  return chains
}

/** Chains of the filter table: a service without endpoints is refused, what kube-proxy has translated is let through. */
export function filterChains(ports: readonly ServicePort[]): Chains {
  return {
    'KUBE-SERVICES': ports
      .filter(({ endpoints }) => endpoints.length === 0)
      .map((each) => ({
        match: portMatch(each),
        target: { kind: 'reject' },
        comment: `${nameOf(each)} has no endpoints`,
      })),
    'KUBE-FORWARD': [
      { match: { mark: masqueradeMark }, target: { kind: 'accept' }, comment: 'kubernetes forwarding rules' },
      {
        match: { state: 'established' },
        target: { kind: 'accept' },
        comment: 'kubernetes forwarding conntrack rule',
      },
    ],
  }
}

/** What the base chains of a table get in front. */
export const baseRules: Readonly<Record<'filter' | 'nat', Readonly<Record<string, readonly Rule[]>>>> = {
  nat: {
    PREROUTING: [jump('KUBE-SERVICES', 'kubernetes service portals')],
    OUTPUT: [jump('KUBE-SERVICES', 'kubernetes service portals')],
    POSTROUTING: [jump('KUBE-POSTROUTING', 'kubernetes postrouting rules')],
  },
  filter: {
    FORWARD: [
      jump('KUBE-FORWARD', 'kubernetes forwarding rules'),
      jump('KUBE-SERVICES', 'kubernetes service portals', { state: 'new' }),
    ],
    OUTPUT: [jump('KUBE-SERVICES', 'kubernetes service portals', { state: 'new' })],
  },
}

function jump(chain: string, comment: string, match: Rule['match'] = {}): Rule {
  return { match, target: { kind: 'jump', chain }, comment }
}

/** `kube-system/kube-dns:dns-tcp` */
const nameOf = ({ namespace, name, portName }: ServicePort): string =>
  `${namespace}/${name}${portName === '' ? '' : `:${portName}`}`

const portMatch = ({ clusterIp, protocol, port }: ServicePort): Rule['match'] => ({
  destination: `${clusterIp}/32`,
  protocol,
  port,
})

function serviceRules(service: ServicePort, clusterCidr: string | undefined): readonly Rule[] {
  const { endpoints } = service
  const toMark: Rule[] =
    clusterCidr === undefined
      ? []
      : [
          {
            match: { ...portMatch(service), source: `!${clusterCidr}` },
            target: { kind: 'jump', chain: 'KUBE-MARK-MASQ' },
            comment: `${nameOf(service)} cluster IP`,
          },
        ]
  const toEndpoints = endpoints.map((endpoint, index): Rule => {
    const left = endpoints.length - index
    return {
      match: left === 1 ? {} : { oneIn: left },
      target: { kind: 'jump', chain: endpointChain(service, endpoint) },
      comment: `${nameOf(service)} -> ${endpoint.address}:${endpoint.port}`,
    }
  })
  return [...toMark, ...toEndpoints]
}

/** A pod that reaches itself through the service must not see its own address. */
const endpointRules = (
  service: ServicePort,
  { address, port }: ServicePort['endpoints'][number],
): readonly Rule[] => [
  {
    match: { source: `${address}/32` },
    target: { kind: 'jump', chain: 'KUBE-MARK-MASQ' },
    comment: nameOf(service),
  },
  {
    match: { protocol: service.protocol },
    target: { kind: 'dnat', to: address, port },
    comment: nameOf(service),
  },
]

/** `KUBE-SVC-NPX46M4PTMTKRN6Y` for default/kubernetes:https */
export const serviceChain = (service: ServicePort): string =>
  `KUBE-SVC-${hashed(nameOf(service) + service.protocol)}`

const endpointChain = (service: ServicePort, { address, port }: ServicePort['endpoints'][number]): string =>
  `KUBE-SEP-${hashed(`${nameOf(service)}${service.protocol}${address}:${port}`)}`

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The first 16 characters of the SHA-256 in base32. */
function hashed(text: string): string {
  const known = hashes.get(text)
  if (known !== undefined) return known
  const bits = [...createHash('sha256').update(text).digest().subarray(0, 10)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  const hash = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('')
  if (hashes.size > 50_000) hashes.clear()
  hashes.set(text, hash)
  return hash
}

/** Every node asks for the same names at every sync. */
const hashes = new Map<string, string>()
