import { type CniCall, CniFailure } from '#lab/calico/cni/config.ts'
import { interfaceName } from '#lab/calico/cni/interface-name.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { NetStack } from '#lab/network/ports.ts'
import { openNetns } from '#lab/runtime/netns.ts'

const hostMac = 'ee:ee:ee:ee:ee:ee'
/** The pod's only neighbour; the host answers for it by proxy ARP. */
const gateway = '169.254.1.1'

/**
 * A veth pair between the sandbox and the host, addresses and routes on both ends
 * (projectcalico/calico:cni-plugin/pkg/dataplane/linux/dataplane_linux.go).
 */
export async function furnish(
  p: Process,
  call: CniCall,
  { address, mtu }: { readonly address: string; readonly mtu: number },
): Promise<void> {
  const pod = sandbox(p, call)
  const name = interfaceName(call.namespace, call.pod)
  await removeLink(p, name)
  await step('error adding veth', () =>
    p.net.apply([
      { op: 'veth-add', name, mac: hostMac, mtuBytes: mtu, peer: { net: pod, name: call.link } },
      { op: 'link-set', name, up: true },
    ]),
  )
  await step(`failed to set ${JSON.stringify(call.link)} up`, () =>
    pod.apply([
      { op: 'link-set', name: call.link, up: true, mtuBytes: mtu },
      {
        op: 'route-add',
        route: {
          destination: `${gateway}/32`,
          kind: 'unicast',
          dev: call.link,
          protocol: 'boot',
          scope: 'link',
        },
      },
      {
        op: 'route-add',
        route: { destination: '0.0.0.0/0', kind: 'unicast', via: gateway, dev: call.link, protocol: 'boot' },
      },
      { op: 'address-add', link: call.link, address, prefixLength: 32 },
    ]),
  )
  await configureHostEnd(p, name)
  await addHostRoute(p, name, address)
}

function sandbox(p: Process, call: CniCall): NetStack {
  try {
    return openNetns(p, call.netns)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CniFailure(`failed to open netns ${JSON.stringify(call.netns)}: ${error.message.toLowerCase()}`)
  }
}

async function configureHostEnd(p: Process, name: string): Promise<void> {
  for (const key of ['route_localnet', 'proxy_arp', 'forwarding']) {
    const path = `/proc/sys/net/ipv4/conf/${name}/${key}`
    await step(`failed to set net.ipv4.conf.${name}.${key}=1`, () => p.files.write(path, '1'))
  }
}

async function addHostRoute(p: Process, name: string, address: string): Promise<void> {
  const destination = `${address}/32`
  const taken = p.net.routes().find((route) => route.destination === destination && route.dev !== name)
  if (taken)
    throw new CniFailure(
      `error adding host side routes for interface: ${name}, error: route (Dst: ${destination}, Scope: link) already exists for an interface other than '${name}': route (Dst: ${destination}, Iface: ${taken.dev})`,
    )
  await step(`error adding host side routes for interface: ${name}, error`, () =>
    p.net.apply([
      {
        op: 'route-replace',
        route: { destination, kind: 'unicast', dev: name, protocol: 'boot', scope: 'link' },
      },
    ]),
  )
}

/** Takes down what an ADD left. The pair goes with its host end; it may be gone already. */
export async function unfurnish(p: Process, call: CniCall): Promise<void> {
  await removeLink(p, interfaceName(call.namespace, call.pod))
}

async function removeLink(p: Process, name: string): Promise<void> {
  if (p.net.hasLink(name))
    await step(`failed to delete ${name}`, () => p.net.apply([{ op: 'link-del', name }]))
}

async function step(says: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CniFailure(`${says}: ${error.message.toLowerCase()}`)
  }
}
