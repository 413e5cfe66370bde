/** Small networks for this folder's tests. */
import { seeded } from '#base/random.ts'
import { isErrno } from '#lab/host/ports.ts'
import { Kernel, type Task } from '#lab/kernel/kernel.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'
import type { NetStack } from '#lab/network/ports.ts'

export interface Bed {
  readonly kernel: Kernel
  readonly network: Network
  readonly a: NetStack
  readonly b: NetStack
}

/** Two machines on one segment. */
export function bed(): Bed {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  const network = createNetwork({ kernel, random: seeded(1) })
  const machine = (name: string, address: string): NetStack => {
    const stack = network.stack(name)
    network.attach(stack, { machine: name, address, prefixLength: 24 })
    return stack
  }
  return { kernel, network, a: machine('a', '10.0.0.21'), b: machine('b', '10.0.0.22') }
}

/** Runs one task to its end, however long it takes in virtual time. */
export async function run<T>(kernel: Kernel, main: (task: Task) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined
  kernel.start('test', async (task) => {
    result = { value: await main(task) }
  })
  await kernel.runUntil(() => result !== undefined, 1e9)
  if (!result) throw new Error('the task did not end')
  return result.value
}

/** Answers every payload with itself. */
export const echo = (kernel: Kernel, stack: NetStack, port = 80): Promise<unknown> =>
  stack.listen({ port }, (c) => {
    kernel.start('echo', async (task) => {
      for (;;) {
        const got = await c.receive(task)
        if (got === 'closed' || got === undefined) return c.close()
        c.send(got)
      }
    })
  })

/** The errno with which it rejects; 'none' when it does not. */
export const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'none'
  } catch (error) {
    if (isErrno(error)) return error.code
    throw error
  }
}

/** What Calico's CNI plugin leaves on a host and in a pod (cni-plugin/pkg/dataplane/linux/dataplane_linux.go). */
export async function addPod(
  network: Network,
  host: NetStack,
  o: { name: string; address: string },
): Promise<NetStack> {
  const pod = network.netns(o.name)
  const veth = `cali${o.name}`
  const mac = 'ee:ee:ee:ee:ee:ee'
  await host.apply([
    { op: 'veth-add', name: veth, mac, peer: { net: pod, name: 'eth0' } },
    { op: 'link-set', name: veth, up: true },
    { op: 'sysctl', name: `net.ipv4.conf.${veth}.proxy_arp`, value: '1' },
    { op: 'sysctl', name: `net.ipv4.conf.${veth}.forwarding`, value: '1' },
  ])
  await pod.apply([
    { op: 'link-set', name: 'eth0', up: true },
    {
      op: 'route-add',
      route: { destination: '169.254.1.1/32', kind: 'unicast', dev: 'eth0', scope: 'link', protocol: 'boot' },
    },
    {
      op: 'route-add',
      route: { destination: '0.0.0.0/0', kind: 'unicast', via: '169.254.1.1', dev: 'eth0', protocol: 'boot' },
    },
    { op: 'address-add', link: 'eth0', address: o.address, prefixLength: 32 },
  ])
  const route = {
    destination: `${o.address}/32`,
    kind: 'unicast',
    dev: veth,
    scope: 'link',
    protocol: 'boot',
  } as const
  await host.apply([{ op: 'route-add', route }])
  return pod
}

/** Two machines with a pod each, and the routes that BIRD would have learned. */
export async function podBed(): Promise<Bed & { readonly podA: NetStack; readonly podB: NetStack }> {
  const all = bed()
  const podA = await addPod(all.network, all.a, { name: 'podA', address: '10.244.1.5' })
  const podB = await addPod(all.network, all.b, { name: 'podB', address: '10.244.2.5' })
  const bird = (destination: string, via: string) =>
    ({
      op: 'route-add',
      route: { destination, kind: 'unicast', via, dev: 'eth0', protocol: 'bird' },
    }) as const
  const blackhole = (destination: string) =>
    ({ op: 'route-add', route: { destination, kind: 'blackhole', protocol: 'bird' } }) as const
  await all.a.apply([blackhole('10.244.1.0/26'), bird('10.244.2.0/26', '10.0.0.22')])
  await all.b.apply([blackhole('10.244.2.0/26'), bird('10.244.1.0/26', '10.0.0.21')])
  return { ...all, podA, podB }
}
