import type { Random } from '#base/random.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { cidr, contains, ipv4 } from '#lab/network/address.ts'
import { applyChange, newLink } from '#lab/network/changes.ts'
import { Fabric } from '#lab/network/fabric.ts'
import { parentOf } from '#lab/network/parent.ts'
import type { NetStack, Underlay } from '#lab/network/ports.ts'
import { SimStack } from '#lab/network/stack.ts'

/** How a machine is plugged in, and what its boot configuration gives it. */
export interface Attachment {
  readonly machine: string
  readonly address: string // 10.0.0.21
  readonly prefixLength: number
  readonly mac?: string
  readonly mtuBytes?: number // default 1500
  /** What /etc/sysctl.d of the nodes' provisioning sets; default: IPv4 forwarding, as kubeadm's preflight wants it. */
  readonly sysctls?: Readonly<Record<string, string>>
}

export interface Network {
  readonly underlay: Underlay
  /** A new namespace, with `lo` down and nothing else. */
  stack(name: string): NetStack
  /** A pod's: its `lo` is up, as containerd's built-in loopback plugin leaves it. */
  netns(name: string): NetStack
  /**
   * Plugs a namespace in the segment: `eth0` with its address and the default route over the gateway, `lo` up. Call it
   * at each boot, for a new namespace or the emptied old one: pod routes, chains and sysctls do not come back by it.
   */
  attach(stack: NetStack, to: Attachment): void
  /** For benchmarks and tests: how many packets were walked, how many took a kept way, and the present version. */
  counts(): { readonly walks: number; readonly kept: number; readonly version: number }
}

/** One segment with a gateway that silently drops what it has no route for. */
export function createNetwork(o: {
  readonly kernel: Kernel
  readonly random: Random
  readonly subnet?: string // default 10.0.0.0/24
  readonly gateway?: string // default 10.0.0.1
}): Network {
  const { kernel, random, subnet = '10.0.0.0/24', gateway = '10.0.0.1' } = o
  const fabric = new Fabric(kernel, random)
  const router = new SimStack(fabric, 'gateway')
  plug(fabric, router, {
    machine: 'gateway',
    address: gateway,
    prefixLength: cidr(subnet).length,
    sysctls: { 'net.ipv4.ip_forward': '1' },
  })
  router.table.add({ destination: '0.0.0.0/0', kind: 'blackhole', protocol: 'static' })
  return {
    underlay: underlayOf(fabric),
    stack: (name) => new SimStack(fabric, name),
    netns: (name) => {
      const stack = new SimStack(fabric, name)
      bringUp(stack, { link: 'lo', address: '127.0.0.1', prefixLength: 8 })
      return stack
    },
    attach: (net, to) => {
      const stack = parentOf(net)
      plug(fabric, stack, to)
      if (!contains(cidr(subnet), ipv4(to.address))) return
      stack.table.replace({
        destination: '0.0.0.0/0',
        kind: 'unicast',
        via: gateway,
        dev: 'eth0',
        protocol: 'static',
      })
      stack.moved()
    },
    counts: () => ({ ...fabric.counts, version: fabric.version }),
  }
}

function plug(fabric: Fabric, stack: SimStack, to: Attachment): void {
  const { machine, address, prefixLength, mac, mtuBytes = 1500 } = to
  const port = fabric.portOf(machine)
  const link = newLink(stack, {
    name: 'eth0',
    kind: 'ether',
    mtuBytes,
    ...(mac === undefined ? {} : { mac }),
  })
  link.port = port
  stack.addLink(link)
  fabric.plug({ machine, stack, link, port })
  const sysctls = to.sysctls ?? { 'net.ipv4.ip_forward': '1' }
  for (const [name, value] of Object.entries(sysctls)) stack.setSysctl(name, value)
  bringUp(stack, { link: 'lo', address: '127.0.0.1', prefixLength: 8 })
  bringUp(stack, { link: 'eth0', address, prefixLength })
}

function bringUp(stack: SimStack, o: { link: string; address: string; prefixLength: number }): void {
  // What is there already stays: a boot configuration can be applied twice.
  if (!stack.addresses().some((a) => a.link === o.link && a.address === o.address))
    applyChange(stack, { op: 'address-add', ...o })
  applyChange(stack, { op: 'link-set', name: o.link, up: true })
}

function underlayOf(fabric: Fabric): Underlay {
  return {
    port: (machine) => {
      if (!fabric.hasPort(machine)) throw new Error(`no machine ${machine} is plugged in`)
      return fabric.portOf(machine)
    },
    rules: () => fabric.rules(),
    addRule: (rule) => fabric.addRule(rule),
    removeRule: (name) => fabric.removeRule(name),
  }
}
