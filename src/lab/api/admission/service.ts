/** Addresses and node ports of services: pkg/registry/core/service/storage/alloc.go. IPv4 only. */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { invalid, invalidValue, type Refusal } from '#lab/api/status.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'
import { addressAt, cidr, contains, ipv4, isIpv4 } from '#lab/network/address.ts'

export function admitService(state: ApiState, service: JsonObject): JsonObject {
  const spec = asObject(service.spec)
  if (spec.type === 'ExternalName') return service
  const addressed = withAddress(state, service, spec)
  const exposed = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  const next = exposed ? withNodePorts(state, service, addressed) : addressed
  return next === spec ? service : { ...service, spec: next }
}

/** An update that does not name the address keeps it. */
export function keepServiceAddress(old: JsonObject, next: JsonObject): JsonObject {
  const spec = asObject(next.spec)
  const clusterIP = at(old, 'spec.clusterIP')
  if (spec.clusterIP !== undefined && spec.clusterIP !== '') return next
  return { ...next, spec: { ...spec, clusterIP, clusterIPs: at(old, 'spec.clusterIPs') } }
}

function withAddress(state: ApiState, service: JsonObject, spec: JsonObject): JsonObject {
  const asked = typeof spec.clusterIP === 'string' && spec.clusterIP !== '' ? spec.clusterIP : undefined
  if (asked !== undefined && spec.clusterIPs !== undefined) return spec
  if (asked !== undefined && asked !== 'None' && taken(state).has(asked))
    throw refused(
      service,
      'spec.clusterIPs',
      [asked],
      `failed to allocate IP ${asked}: provided IP is already allocated`,
    )
  if (asked !== undefined && asked !== 'None' && !isServiceAddress(state, asked))
    throw outside(state, service, asked)
  const clusterIP = asked ?? freeAddress(state)
  return { ...spec, clusterIP, clusterIPs: [clusterIP] }
}

const refused = (service: JsonObject, field: string, value: unknown, says: string): Refusal =>
  invalid({ group: '', kind: 'Service' }, String(at(service, 'metadata.name')), [
    invalidValue(field, value, says),
  ])

/** pkg/registry/core/service/ipallocator (ErrNotInRange) */
const outside = (state: ApiState, service: JsonObject, asked: string): Refusal =>
  refused(
    service,
    'spec.clusterIPs',
    [asked],
    `failed to allocate IP ${asked}: the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${state.serviceCidr}`,
  )

const isServiceAddress = ({ serviceCidr }: ApiState, address: string): boolean =>
  isIpv4(address) && contains(cidr(serviceCidr), ipv4(address))

const services = (state: ApiState): readonly JsonObject[] =>
  state.store.list('/services').map((each) => asObject(each.spec))

const taken = (state: ApiState): ReadonlySet<unknown> =>
  new Set(services(state).map((spec) => spec.clusterIP))

/**
 * At random from above the first addresses, which are kept for services that ask for theirs: a sixteenth of the range, at least 16,
 * at most 256 (pkg/registry/core/service/ipallocator, `calculateRangeOffset`).
 */
function freeAddress(state: ApiState): string {
  const { serviceCidr, random } = state
  const size = 2 ** (32 - cidr(serviceCidr).length)
  const kept = Math.min(Math.max(16, size / 16), 256)
  const used = taken(state)
  for (;;) {
    const address = addressAt(serviceCidr, random.between(kept, size - 2))
    if (!used.has(address)) return address
  }
}

const firstPort = 30_000
const lastPort = 32_767

function withNodePorts(state: ApiState, service: JsonObject, spec: JsonObject): JsonObject {
  const ports = asList(spec.ports).map(asObject)
  const own = at(service, 'metadata.uid')
  const used = new Set(
    state.store
      .list('/services')
      .filter(({ metadata }) => metadata.uid !== own)
      .flatMap((each) => asList(at(each, 'spec.ports')).map((port) => asObject(port).nodePort)),
  )
  ports.forEach(({ nodePort }, index) => {
    const fault = nodePort ? portFault(Number(nodePort), used) : undefined
    if (fault !== undefined) throw refused(service, `spec.ports[${index}].nodePort`, nodePort, fault)
  })
  if (ports.every((port) => port.nodePort)) return spec
  const free = (): number => {
    for (;;) {
      const port = state.random.between(firstPort, lastPort)
      if (used.has(port)) continue
      used.add(port)
      return port
    }
  }
  return { ...spec, ports: ports.map((port) => (port.nodePort ? port : { ...port, nodePort: free() })) }
}

/** pkg/registry/core/service/portallocator/allocator.go */
function portFault(port: number, used: ReadonlySet<unknown>): string | undefined {
  if (port < firstPort || port > lastPort)
    return `provided port is not in the valid range. The range of valid ports is ${firstPort}-${lastPort}`
  return used.has(port) ? 'provided port is already allocated' : undefined
}
