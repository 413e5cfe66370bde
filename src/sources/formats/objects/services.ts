/** Services, who stands behind them, and aggregated APIs as rows. */
import { z } from 'zod'
import type { ApiServiceRow, EndpointsRow, SecretRow, ServiceRow } from '#cluster/relations.ts'
import { flag, list, metadata, part, text, texts } from '#sources/formats/lenient.ts'
import { defined } from '#sources/formats/objects/defined.ts'

const portShape = z.object({ port: text, protocol: text, nodePort: text })
const service = z.object({ metadata, spec: part({ clusterIP: text, type: text, ports: list(portShape) }) })

export function serviceRow(value: unknown): ServiceRow | undefined {
  const { metadata, spec } = service.safeParse(value).data ?? {}
  if (spec === undefined || metadata?.name === undefined) return undefined
  return {
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    ...defined({ clusterIp: spec.clusterIP, type: spec.type }),
    ...(spec.ports.length > 0 && { ports: spec.ports.map(printedPort) }),
  }
}

/** As kubectl's table prints it: `5473/TCP`, `80:30080/TCP`. */
const printedPort = ({ port, protocol, nodePort }: z.output<typeof portShape>): string =>
  `${port ?? ''}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol ?? 'TCP'}`

const address = list(z.object({ ip: z.string() }))
const endpoints = z.object({
  metadata,
  subsets: list(z.object({ addresses: address, notReadyAddresses: address, ports: list(portShape) })),
})

export function endpointsRow(value: unknown): EndpointsRow | undefined {
  const { metadata, subsets } = endpoints.safeParse(value).data ?? {}
  if (metadata?.name === undefined || subsets === undefined) return undefined
  const behind = (of: 'addresses' | 'notReadyAddresses'): readonly string[] =>
    subsets.flatMap((subset) =>
      withPorts(
        subset[of].map(({ ip }) => ip),
        subset.ports,
      ),
    )
  return endpointsOf(metadata, metadata.name, {
    ready: behind('addresses'),
    notReady: behind('notReadyAddresses'),
  })
}

const slice = z.object({
  metadata,
  endpoints: list(z.object({ addresses: texts, conditions: part({ ready: flag }) })),
  ports: list(portShape),
})

/** One slice; a Service has several where it has both families or very many endpoints. */
export function endpointSliceRow(value: unknown): EndpointsRow | undefined {
  const { metadata, endpoints, ports } = slice.safeParse(value).data ?? {}
  const name = metadata?.labels['kubernetes.io/service-name'] ?? metadata?.name
  if (metadata === undefined || typeof name !== 'string' || endpoints === undefined || ports === undefined)
    return undefined
  // Unknown readiness counts as ready: kubernetes/api:discovery/v1/types.go (EndpointConditions).
  const [ready, notReady] = [true, false].map((wanted) =>
    endpoints
      .filter(({ conditions }) => (conditions?.ready ?? true) === wanted)
      .flatMap(({ addresses }) => withPorts(addresses, ports)),
  )
  return endpointsOf(metadata, name, { ready: ready ?? [], notReady: notReady ?? [] })
}

const withPorts = (ips: readonly string[], ports: readonly z.output<typeof portShape>[]): readonly string[] =>
  ips.flatMap((ip) => {
    const host = ip.includes(':') ? `[${ip}]` : ip
    return ports.length === 0 ? [ip] : ports.map(({ port }) => (port === undefined ? ip : `${host}:${port}`))
  })

const endpointsOf = (
  { namespace }: z.output<typeof metadata>,
  name: string,
  { ready, notReady }: { readonly ready: readonly string[]; readonly notReady: readonly string[] },
): EndpointsRow => ({
  namespace: namespace ?? 'default',
  name,
  addresses: ready,
  ...(notReady.length > 0 && { notReady }),
  seenBy: 'api',
})

const condition = z.object({ type: text, status: text, reason: text, message: text })
const apiService = z.object({
  metadata,
  spec: part({ service: part({ namespace: text, name: text }) }),
  status: part({ conditions: list(condition) }),
})

export function apiServiceRow(value: unknown): ApiServiceRow | undefined {
  const { metadata, spec, status } = apiService.safeParse(value).data ?? {}
  const available = status?.conditions.find(({ type }) => type === 'Available')
  if (available === undefined) return undefined
  const service = spec?.service
  return {
    name: metadata?.name ?? apiIn(available.message ?? '') ?? '',
    available: available.status === 'True',
    ...defined({
      service: service?.name === undefined ? undefined : `${service.namespace ?? 'default'}/${service.name}`,
      reason: available.reason,
      message: available.message,
    }),
  }
}

/** Its message names the API that was asked: `…/apis/projectcalico.org/v3`. */
const apiIn = (message: string): string | undefined => {
  const m = /\/apis\/(?<group>[a-z0-9.-]{1,100})\/(?<version>v\w{1,20})/.exec(message)?.groups
  return m === undefined ? undefined : `${m.version}.${m.group}`
}

const secret = z.object({ metadata })

/** That it is there; what it holds is not even looked at. */
export function secretRow(value: unknown): SecretRow | undefined {
  const { metadata } = secret.safeParse(value).data ?? {}
  return metadata?.name === undefined
    ? undefined
    : { namespace: metadata.namespace ?? 'default', name: metadata.name, exists: true }
}
