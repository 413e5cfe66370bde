/** Addresses and node ports of services: pkg/registry/core/service/storage/alloc.go. IPv4 only. */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { invalid, invalidValue } from '#lab/api/status.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

export function admitService(state: ApiState, service: JsonObject): JsonObject {
  const spec = asObject(service.spec)
  if (spec.type === 'ExternalName') return service
  const addressed = withAddress(state, service, spec)
  const exposed = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  const next = exposed ? withNodePorts(state, addressed) : addressed
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
    throw invalid({ group: '', kind: 'Service' }, String(at(service, 'metadata.name')), [
      invalidValue(
        'spec.clusterIPs',
        [asked],
        `failed to allocate IP ${asked}: provided IP is already allocated`,
      ),
    ])
  const clusterIP = asked ?? freeAddress(state)
  return { ...spec, clusterIP, clusterIPs: [clusterIP] }
}

const services = (state: ApiState): readonly JsonObject[] =>
  state.store.list('/services').map((each) => asObject(each.spec))

const taken = (state: ApiState): ReadonlySet<unknown> =>
  new Set(services(state).map((spec) => spec.clusterIP))

/** At random from above the first 256 addresses, which are kept for services that ask for theirs. */
function freeAddress(state: ApiState): string {
  const [base = '', bits = '16'] = state.serviceCidr.split('/')
  const first = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  const used = taken(state)
  for (;;) {
    const at = first + state.random.between(Math.min(256, size / 2), size - 2)
    const address = [24, 16, 8, 0].map((shift) => Math.floor(at / 2 ** shift) % 256).join('.')
    if (!used.has(address)) return address
  }
}

function withNodePorts(state: ApiState, spec: JsonObject): JsonObject {
  const ports = asList(spec.ports).map(asObject)
  if (ports.every((port) => port.nodePort)) return spec
  const used = new Set(
    services(state).flatMap((each) => asList(each.ports).map((port) => asObject(port).nodePort)),
  )
  const free = (): number => {
    for (;;) {
      const port = state.random.between(30_000, 32_767)
      if (used.has(port)) continue
      used.add(port)
      return port
    }
  }
  return { ...spec, ports: ports.map((port) => (port.nodePort ? port : { ...port, nodePort: free() })) }
}
