import type { EndpointSlice, Service } from '#lab/api/objects.ts'
import type { ServicePort } from '#lab/kube-proxy/rules.ts'

type Endpoint = EndpointSlice['endpoints'][number]

/**
 * Every service port that kube-proxy has to serve, in the order of names. Headless services, those of type ExternalName,
 * and ports other than TCP and UDP have none.
 */
export function servicePorts(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): readonly ServicePort[] {
  const byService = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const key = `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`
    byService.set(key, [...(byService.get(key) ?? []), slice])
  }
  return services.flatMap((service) => portsOf(service, byService))
}

function portsOf(
  { metadata, spec }: Service,
  slices: ReadonlyMap<string, EndpointSlice[]>,
): readonly ServicePort[] {
  const { clusterIP } = spec
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || spec.type === 'ExternalName')
    return []
  const namespace = metadata.namespace ?? 'default'
  return (spec.ports ?? []).flatMap(({ name = '', port, protocol = 'TCP' }) => {
    if (protocol !== 'TCP' && protocol !== 'UDP') return []
    return [
      {
        namespace,
        name: metadata.name,
        portName: name,
        clusterIp: clusterIP,
        protocol: protocol === 'TCP' ? 'tcp' : 'udp',
        port,
        endpoints: endpointsOf(slices.get(`${namespace}/${metadata.name}`) ?? [], name),
      },
    ]
  })
}

/** The ready ones; without any, those that still serve while they terminate (pkg/proxy/topology.go). */
function endpointsOf(slices: readonly EndpointSlice[], portName: string): ServicePort['endpoints'] {
  const ready = addressed(slices, portName, ({ conditions }) => conditions?.ready !== false)
  if (ready.length > 0) return ready
  return addressed(
    slices,
    portName,
    ({ conditions }) => conditions?.serving === true && conditions.terminating === true,
  )
}

function addressed(
  slices: readonly EndpointSlice[],
  portName: string,
  takes: (endpoint: Endpoint) => boolean,
): ServicePort['endpoints'] {
  const found = new Map<string, ServicePort['endpoints'][number]>()
  for (const { endpoints, ports } of slices) {
    const port = ports.find(({ name = '' }) => name === portName)?.port
    if (port === undefined) continue
    for (const endpoint of endpoints.filter(takes)) {
      const address = endpoint.addresses[0]
      if (address !== undefined) found.set(`${address}:${port}`, { address, port })
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint)
}
