import type { EndpointsRow } from '#cluster/relations.ts'

/** A Service and who stands behind it in eBPF's maps. */
export type BpfService = Pick<EndpointsRow, 'namespace' | 'name' | 'addresses'>

/**
 * The state that Felix's kube-proxy replacement writes, as it logs it: a map of Services, then one of their endpoints. A
 * Service that only the first one holds has none.
 *
 * @see projectcalico/calico:felix/bpf/proxy/syncer.go (DPSyncerState)
 */
export function parseBpfState(text: string): readonly BpfService[] {
  const from = text.indexOf('map[')
  const between = text.indexOf('] map[', from)
  if (from < 0 || between < 0) return []
  const services = text.slice(from + 'map['.length, between)
  const addresses = new Map<string, readonly string[]>()
  for (const { groups } of text.slice(between).matchAll(endpoints)) {
    const key = `${groups?.namespace}/${groups?.name}`
    const listed = (groups?.list ?? '').split(/\s+/).filter((one) => one !== '' && !one.startsWith('...'))
    addresses.set(key, [...(addresses.get(key) ?? []), ...listed])
  }
  const named = [...services.matchAll(service)].slice(0, servicesMax).map(({ groups }) => ({
    namespace: groups?.namespace ?? '',
    name: groups?.name ?? '',
  }))
  return named.map((one) => ({ ...one, addresses: addresses.get(`${one.namespace}/${one.name}`) ?? [] }))
}

const servicesMax = 500

const service = /(?<=^|\s)(?<namespace>[a-z0-9][a-z0-9-]{0,62})\/(?<name>[a-z0-9][a-z0-9.-]{0,62})(?=:)/g

const endpoints =
  /(?<namespace>[a-z0-9][a-z0-9-]{0,62})\/(?<name>[a-z0-9][a-z0-9.-]{0,62}):(?:[\w-]{0,62}:)?\[(?<list>(?:\[[^\]]{0,60}\]|[^\][]){0,4000})\]/g

/**
 * A line of `calico-node -bpf nat dump`: an address of a Service with the number of its back-ends, or (`{}`) a back-end. The
 * Service's name is not printed: its address and port stand for it.
 *
 * @see projectcalico/calico:felix/cmd/calico-bpf/commands/nat.go (dumpNice)
 */
export function parseBpfNat(line: string): { readonly front?: string; readonly count?: number } | undefined {
  if (/^\s{0,8}\d{1,10}:\d{1,6}\s+\S{3,60}:\d{1,5}\s*$/.test(line)) return {}
  const m =
    /^\s{0,4}(?<address>[\da-fA-F.:]{2,45}) port (?<port>\d{1,5}) proto \d{1,3} id \d{1,10} count (?<count>\d{1,6}) local \d{1,6}/.exec(
      line,
    )?.groups
  return m === undefined ? undefined : { front: `${m.address}:${m.port}`, count: Number(m.count) }
}
