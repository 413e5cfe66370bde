import type { Node } from '#lab/api/objects.ts'
import { contains, toPrefix } from '#lab/calico/bird/prefix.ts'
import type { Log } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/** The address that a datagram to `target` would be sent from. Only the routing table is asked; nothing is sent. */
export function byReach(p: Process, log: Log, target: string): string | undefined {
  const source = sourceTowards(p, target)
  const found = source && addressOnHost(p, source)
  if (found) {
    const says = `Using autodetected IPv4 address ${found}, detected by connecting to ${target}`
    log.info('autodetection_methods.go 146', says)
    return found
  }
  const why =
    source === undefined
      ? `no address detected by connecting to ${target}`
      : `autodetected IPv4 address does not match any addresses found on local interfaces: ${source}`
  log.warn(
    'autodetection_methods.go 141',
    `Unable to auto-detect IPv4 address by connecting to ${target}: ${why}`,
  )
  return undefined
}

function sourceTowards({ net }: Process, target: string): string | undefined {
  const route = [...net.routes()]
    .filter(
      ({ destination, kind }) => kind === 'unicast' && contains(toPrefix(destination), toPrefix(target)),
    )
    .sort(
      (a, b) =>
        toPrefix(b.destination).length - toPrefix(a.destination).length || (a.metric ?? 0) - (b.metric ?? 0),
    )[0]
  return route?.source ?? net.addresses().find(({ link }) => link === route?.dev)?.address
}

/** The node's InternalIP with the prefix that it has on this host; bare where no interface has it. */
export function byInternalIp(p: Process, log: Log, node: Node | undefined): string | undefined {
  const address = node?.status.addresses?.find(({ type }) => type === 'InternalIP')?.address
  if (address === undefined) {
    const says = "Cannot use method 'kubernetes-internal-ip' when not running on a Kubernetes cluster"
    log.error('autodetection_methods.go 80', says)
    return undefined
  }
  const found = addressOnHost(p, address)
  if (found) {
    const says = 'Including CIDR information from host interface.'
    log.info('autodetection_methods.go 239', says, { CIDR: found })
    return found
  }
  log.warn('autodetection_methods.go 246', `Unable to find matching host interface for IP ${address}`)
  log.error(
    'autodetection_methods.go 196',
    `Unable to parse CIDR ${address} : invalid CIDR address: ${address}`,
  )
  return undefined
}

function addressOnHost({ net }: Process, address: string): string | undefined {
  const found = net.addresses().find((each) => each.address === address)
  return found && `${address}/${found.prefixLength}`
}
