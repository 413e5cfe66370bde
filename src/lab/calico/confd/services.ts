import type { BGPConfiguration, Endpoints, Service } from '#lab/api/objects.ts'
import { contains, toPrefix } from '#lab/calico/bird/prefix.ts'
import type { ServiceRoutes } from '#lab/calico/confd/data.ts'
import type { Log } from '#lab/calico/log.ts'

type Spec = BGPConfiguration['spec'] | undefined

/** The ranges of services that the cluster announces. */
export interface ServiceRanges {
  readonly cluster: readonly string[]
  readonly external: readonly string[]
  readonly loadBalancer: readonly string[]
}

/** `CALICO_ADVERTISE_CLUSTER_IPS` goes before the resource. IPv6 ranges belong to bird6, which the lab does not imitate. */
export function serviceRanges(spec: Spec, advertised: string | undefined): ServiceRanges {
  const cidrs = (ranges: readonly { readonly cidr: string }[] | undefined): readonly string[] =>
    (ranges ?? []).map(({ cidr }) => cidr).filter((cidr) => cidr !== '' && !cidr.includes(':'))
  return {
    cluster: advertised ? [advertised] : cidrs(spec?.serviceClusterIPs),
    external: cidrs(spec?.serviceExternalIPs),
    loadBalancer: cidrs(spec?.serviceLoadBalancerIPs),
  }
}

export const isAnnouncing = ({ cluster, external, loadBalancer }: ServiceRanges): boolean =>
  cluster.length + external.length + loadBalancer.length > 0

/**
 * What this node announces: every range from every node, and an address of its own for a service that sends traffic only to
 * nodes with an endpoint (projectcalico/calico:confd/pkg/backends/calico/routes.go). A node with the label
 * `node.kubernetes.io/exclude-from-external-load-balancers=true` announces none.
 */
export function serviceRoutes(o: {
  readonly ranges: ServiceRanges
  readonly services: readonly Service[]
  readonly endpoints: (key: string) => Endpoints | undefined
  readonly nodeName: string
  readonly excluded: boolean
  readonly log: Pick<Log, 'info'>
}): ServiceRoutes {
  const { cluster, external, loadBalancer } = o.ranges
  const rejected = [...cluster, ...external, ...loadBalancer.filter((cidr) => !cidr.endsWith('/32'))]
  const own = o.services
    .filter((service) => isLocal(service, o) || isSingleAddress(service, o.ranges))
    .flatMap((service) => addressesOf(service, o))
    .map((address) => `${address}/32`)
  return {
    announced: o.excluded ? [] : sorted([...rejected, ...own]),
    rejected: sorted(rejected),
    loadBalancers: loadBalancer,
  }
}

const sorted = (cidrs: readonly string[]): readonly string[] => [...new Set(cidrs)].sort()

const key = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`

function isLocal(
  service: Service,
  { endpoints, nodeName }: { endpoints: (key: string) => Endpoints | undefined; nodeName: string },
): boolean {
  const { clusterIP, externalTrafficPolicy } = service.spec
  if (!clusterIP || clusterIP === 'None' || externalTrafficPolicy !== 'Local') return false
  const subsets = endpoints(key(service))?.subsets ?? []
  return subsets.some(({ addresses = [] }) => addresses.some((each) => each.nodeName === nodeName))
}

/** A load balancer's address that is a range of its own is announced by every node. */
function isSingleAddress({ spec }: Service, { loadBalancer }: ServiceRanges): boolean {
  if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Cluster' || !spec.loadBalancerIP)
    return false
  return loadBalancer.includes(`${spec.loadBalancerIP}/32`)
}

function addressesOf(
  service: Service,
  { ranges, log }: { readonly ranges: ServiceRanges; readonly log: Pick<Log, 'info'> },
): readonly string[] {
  const allowed = (kind: 'External' | 'LoadBalancer', ip: string, within: readonly string[]): boolean => {
    if (within.some((cidr) => contains(toPrefix(cidr), toPrefix(ip)))) return true
    const at = kind === 'External' ? 'routes.go 238' : 'routes.go 250'
    log.info(at, `Cannot advertise ${kind} IP - not in allow list`, { ip, svc: key(service) })
    return false
  }
  const ingress = (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
  return [
    ...(ranges.cluster.length > 0 && service.spec.clusterIP ? [service.spec.clusterIP] : []),
    ...(service.spec.externalIPs ?? []).filter((ip) => allowed('External', ip, ranges.external)),
    ...ingress.filter((ip) => allowed('LoadBalancer', ip, ranges.loadBalancer)),
  ]
}
