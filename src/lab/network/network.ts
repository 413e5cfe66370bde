import type { Random } from '#base/random.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { contains, ipv4 } from '#lab/network/address.ts'
import { Fabric } from '#lab/network/fabric.ts'
import { type FabricPlan, flatFabric } from '#lab/network/fabric-plan.ts'
import { Namespace } from '#lab/network/namespace.ts'
import { bringUp, plug } from '#lab/network/plug.ts'
import type { NetStack, Underlay } from '#lab/network/ports.ts'
import { routerStack } from '#lab/network/router.ts'
import { Segment } from '#lab/network/segment.ts'
import { SimStack } from '#lab/network/stack.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { underlayOf } from '#lab/network/underlay.ts'

/** How a machine is plugged in, and what its boot configuration gives it. */
export interface Attachment {
  readonly machine: string
  readonly address: string // 10.0.0.21
  readonly prefixLength: number
  /** Default: the one whose subnet has the address, or the only one. */
  readonly segment?: string
  readonly link?: string // default eth0
  readonly mac?: string
  readonly mtuBytes?: number // default 1500
  /** Whether the segment's gateway becomes the default route. Default: where the address is of the segment's subnet. */
  readonly defaultRoute?: boolean
  /** More routes, over this segment's gateway. */
  readonly routes?: readonly string[]
  readonly groups?: readonly string[]
  /** Of others' addresses, where the segment checks sources. */
  readonly allowedSources?: readonly string[]
  /** False: the port is closed until somebody opens it. Default true. */
  readonly portUp?: boolean
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
   * Plugs a namespace in a segment: an interface with its address and the default route over the gateway, `lo` up. Call
   * it at each boot, once for each interface, for a new namespace or the emptied old one: pod routes, chains and sysctls
   * do not come back by it.
   */
  attach(stack: NetStack, to: Attachment): void
  /** For benchmarks and tests: how many packets were walked, how many took a kept way, and the present version. */
  counts(): { readonly walks: number; readonly kept: number; readonly version: number }
}

/** The wires of a plan; without one, a subnet whose gateway silently drops what it has no route for. */
export function createNetwork(o: {
  readonly kernel: Kernel
  readonly random: Random
  readonly fabric?: FabricPlan
  readonly subnet?: string // default 10.0.0.0/24
  readonly gateway?: string // default 10.0.0.1
}): Network {
  const { kernel, random, fabric: plan = flatFabric(o) } = o
  const fabric = new Fabric(kernel, random)
  for (const each of plan.segments) fabric.segments.set(each.name, new Segment(fabric, each))
  for (const group of plan.groups ?? []) fabric.groups.set(group)
  const routers = new Map(plan.routers.map((each) => [each.name, routerStack(fabric, each)]))
  return {
    underlay: underlayOf(fabric, routers),
    stack: (name) => new Namespace(new SimStack(fabric, name)),
    netns: (name) => {
      const stack = new SimStack(fabric, name)
      bringUp(stack, { link: 'lo', address: '127.0.0.1', prefixLength: 8 })
      return new Namespace(stack)
    },
    attach: (net, to) => attach(fabric, stackOf(net), to),
    counts: () => ({ ...fabric.counts, version: fabric.version }),
  }
}

function attach(fabric: Fabric, stack: SimStack, to: Attachment): void {
  const { plan, subnet } = plug(fabric, stack, { ...to, isRouter: false })
  const { gateway } = plan
  if (gateway === undefined) return
  const { link: dev = 'eth0', defaultRoute = contains(subnet, ipv4(to.address)), routes = [] } = to
  for (const destination of [...(defaultRoute ? ['0.0.0.0/0'] : []), ...routes])
    stack.table.replace({ destination, kind: 'unicast', via: gateway, dev, protocol: 'static' })
  stack.moved()
}
