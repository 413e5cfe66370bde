import type { EndpointSlice, Service } from '#lab/api/objects.ts'
import type { ServicePort } from '#lab/kube-proxy/rules.ts'

type Endpoint = EndpointSlice['endpoints'][number]
type ProxyEndpoint = ServicePort['endpoints'][number]

const affinitySeconds = 10_800

/**
 * Every service port that kube-proxy has to serve, in the order of names. Headless services, those of type ExternalName,
 * and ports other than TCP and UDP have none. `node`: whose own endpoints count as local.
 */
export function servicePorts(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  node?: string,
): readonly ServicePort[] {
  const byService = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const key = `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`
    const known = byService.get(key)
    if (known) known.push(slice)
    else byService.set(key, [slice])
  }
  return services.flatMap((service) => portsOf(service, byService, node))
}

/** Whether what a node has to do for some service depends on which node it is. */
export const dependsOnNode = (services: readonly Service[]): boolean =>
  services.some(
    ({ spec }) => spec.externalTrafficPolicy === 'Local' || spec.internalTrafficPolicy === 'Local',
  )

export const isServed = ({ spec }: Service): boolean =>
  spec.clusterIP !== undefined &&
  spec.clusterIP !== '' &&
  spec.clusterIP !== 'None' &&
  spec.type !== 'ExternalName'

function portsOf(
  service: Service,
  slices: ReadonlyMap<string, EndpointSlice[]>,
  node: string | undefined,
): readonly ServicePort[] {
  if (!isServed(service)) return []
  const { metadata, spec, status } = service
  const namespace = metadata.namespace ?? 'default'
  const own = slices.get(`${namespace}/${metadata.name}`) ?? []
  const { healthCheckNodePort } = spec
  const affinity =
    spec.sessionAffinity === 'ClientIP'
      ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? affinitySeconds)
      : undefined
  return (spec.ports ?? []).flatMap(
    ({ name = '', port, protocol = 'TCP', nodePort }): readonly ServicePort[] => {
      if (protocol !== 'TCP' && protocol !== 'UDP') return []
      return [
        {
          namespace,
          name: metadata.name,
          portName: name,
          clusterIp: spec.clusterIP ?? '',
          protocol: protocol === 'TCP' ? 'tcp' : 'udp',
          port,
          endpoints: usable(endpointsOf(own, name, node)),
          localEndpoints: usable(endpointsOf(own, name, node).filter(({ local }) => local)),
          ...(nodePort === undefined || nodePort === 0 ? {} : { nodePort }),
          externalIps: (spec.externalIPs ?? []).filter(isV4),
          loadBalancerIps: (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) =>
            ip && isV4(ip) ? [ip] : [],
          ),
          sourceRanges: (spec.loadBalancerSourceRanges ?? []).filter(isV4),
          externalPolicy: spec.externalTrafficPolicy === 'Local' ? 'local' : 'cluster',
          internalPolicy: spec.internalTrafficPolicy === 'Local' ? 'local' : 'cluster',
          ...(healthCheckNodePort ? { healthCheckNodePort } : {}),
          ...(affinity === undefined ? {} : { affinitySeconds: affinity }),
        },
      ]
    },
  )
}

const isV4 = (address: string): boolean => !address.includes(':')

interface Candidate extends ProxyEndpoint {
  readonly local: boolean
  readonly ready: boolean
  readonly serving: boolean
}

/** The ready ones; without any, those that still serve while they terminate (pkg/proxy/topology.go). */
function usable(candidates: readonly Candidate[]): readonly ProxyEndpoint[] {
  const ready = candidates.filter((each) => each.ready)
  const chosen = ready.length > 0 ? ready : candidates.filter((each) => each.serving)
  return chosen.map(({ address, port }) => ({ address, port }))
}

function endpointsOf(
  slices: readonly EndpointSlice[],
  portName: string,
  node: string | undefined,
): readonly Candidate[] {
  const found = new Map<string, Candidate>()
  for (const { endpoints, ports } of slices) {
    const port = ports.find(({ name = '' }) => name === portName)?.port
    if (port === undefined) continue
    for (const endpoint of endpoints) {
      const address = endpoint.addresses[0]
      if (address === undefined) continue
      found.set(`${address}:${port}`, { address, port, ...stateOf(endpoint, node) })
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint)
}

const stateOf = (
  { conditions, nodeName }: Endpoint,
  node: string | undefined,
): Pick<Candidate, 'local' | 'ready' | 'serving'> => ({
  local: node !== undefined && nodeName === node,
  ready: conditions?.ready !== false,
  serving: conditions?.serving === true && conditions.terminating === true,
})
