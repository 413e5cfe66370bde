/** What the kubernetes plugin answers for names below its zone. @see coredns/coredns:plugin/kubernetes/kubernetes.go */
import type { EndpointSlice, Service } from '#lab/api/objects.ts'
import { isIpv4 } from '#lab/network/address.ts'
import type { DnsAnswer } from '#lab/network/dns.ts'

export interface Cluster {
  readonly zone: string // cluster.local
  service(namespace: string, name: string): Service | undefined
  slices(namespace: string, service: string): readonly EndpointSlice[]
  hasNamespace(name: string): boolean
}

/** A records of one name, in small letters. What is outside of the zone is refused: no plugin forwards. */
export function answerFor(name: string, cluster: Cluster): DnsAnswer {
  const suffix = `.${cluster.zone}`
  if (name !== cluster.zone && !name.endsWith(suffix)) return { rcode: 'REFUSED', addresses: [] }
  const labels = name === cluster.zone ? [] : name.slice(0, -suffix.length).split('.')
  const kind = labels.at(-1)
  if (kind === 'svc') return serviceAnswer(labels.slice(0, -1), cluster)
  if (kind === 'pod') return podAnswer(labels.slice(0, -1), cluster)
  return labels.length === 0 ? found([]) : missing
}

/** `[_port, _protocol,] [endpoint,] service, namespace` */
function serviceAnswer(labels: readonly string[], cluster: Cluster): DnsAnswer {
  const namespace = labels.at(-1)
  if (namespace === undefined) return found([])
  if (labels.length === 1) return cluster.hasNamespace(namespace) ? found([]) : missing
  const name = labels.at(-2) ?? ''
  const service = cluster.service(namespace, name)
  if (!service) return missing
  if (service.spec.clusterIP !== 'None')
    return labels.length === 2 && service.spec.clusterIP ? found([service.spec.clusterIP]) : missing
  const hostname = labels.length === 3 ? labels[0] : undefined
  const addresses = readyAddresses(cluster.slices(namespace, name), hostname)
  return addresses.length > 0 ? found(addresses) : missing
}

/** An endpoint without a host name of its own is known by its address with dashes. */
function readyAddresses(slices: readonly EndpointSlice[], hostname: string | undefined): readonly string[] {
  return slices
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses)
    .filter((address) => hostname === undefined || address.replaceAll('.', '-') === hostname)
}

/** `pods insecure`: the address is in the name, and nobody looks whether the pod is there. */
function podAnswer(labels: readonly string[], cluster: Cluster): DnsAnswer {
  const [dashed = '', namespace = ''] = labels
  const address = dashed.replaceAll('-', '.')
  return labels.length === 2 && cluster.hasNamespace(namespace) && isIpv4(address)
    ? found([address])
    : missing
}

const found = (addresses: readonly string[]): DnsAnswer => ({ rcode: 'NOERROR', addresses })
const missing: DnsAnswer = { rcode: 'NXDOMAIN', addresses: [] }
