/** A small cluster for this folder's tests: real machines, network and API server, and a CNI plugin that only hands out addresses. */
import { seeded } from '#base/random.ts'
import { directKube } from '#lab/api/direct.ts'
import type { ContainerDef, KubeEvent, Pod, PodSpec } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { root } from '#lab/host/credentials.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import type { Process, Program, Tree } from '#lab/host/ports.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { clientCertificateFiles } from '#lab/kubelet/certificate-files.ts'
import { kubernetesImages } from '#lab/kubelet/control-plane.ts'
import { kubernetesHostFiles } from '#lab/kubelet/host-files.ts'
import { kubeletPrograms } from '#lab/kubelet/kubelet.ts'
import { serveHttp } from '#lab/network/http.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'
import { installRuntime } from '#lab/runtime/install.ts'
import { openNetns } from '#lab/runtime/netns.ts'
import type { Image } from '#lab/runtime/ports.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

export interface Bed {
  readonly kernel: Kernel
  readonly api: ApiServer
  readonly kube: Kube
  readonly network: Network
  readonly machines: ReadonlyMap<string, LabMachine>
  machine(name: string): LabMachine
  runtime(name: string): ContainerRuntime
  advance(ms: number): Promise<void>
  /** Lets time pass until `done` holds; throws after `limitMs`. */
  until(done: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>
  pod(name: string, namespace?: string): Promise<Pod>
  /** `reason: message` of what was said about an object, oldest first. */
  events(name: string): Promise<readonly string[]>
  eventObjects(name: string): Promise<readonly KubeEvent[]>
  /** SIGKILL. */
  kill(machine: string, pid: number): Promise<void>
  /** What a pod's newest container wrote, as its machine has it. */
  logs(name: string): Promise<string>
}

const startMs = Date.parse('2026-01-07T06:00:00Z')

export const control = 'k8s-control-01'

/** `names` beyond the control plane are workers. Not booted into anything but containerd and kubelet. */
export async function bed(
  o: {
    readonly workers?: number
    readonly programs?: Readonly<Record<string, Program>>
    readonly images?: readonly Image[]
    readonly registry?: readonly Image[]
    readonly cni?: boolean
    readonly brand?: 'containerd' | 'cri-o'
    readonly seed?: number
    readonly hops?: number
    readonly onEvent?: (timeMs: number, name: string) => void
  } = {},
): Promise<Bed> {
  const kernel = new Kernel({
    seed: o.seed ?? 1,
    startMs,
    ...(o.hops === undefined ? {} : { hops: o.hops }),
    ...(o.onEvent === undefined ? {} : { onEvent: o.onEvent }),
  })
  const api = new ApiServer({ kernel })
  const network = createNetwork({ kernel, random: seeded(o.seed ?? 1) })
  const machines = new Map<string, LabMachine>()
  const runtimes = new Map<string, ContainerRuntime>()
  const images = [...kubernetesImages(), testImage, ...(o.images ?? [])]
  const programs = { ...kubeletPrograms, ...apiPrograms(api), ...testPrograms, ...o.programs }
  const names = [control, ...Array.from({ length: o.workers ?? 0 }, (_, i) => `k8s-worker-0${i + 1}`)]
  names.forEach((name, index) => {
    const machine = createMachine({
      kernel,
      name,
      programs,
      tree: machineTree(name, index, o.cni ?? true),
      createStack: (stackName) => {
        const stack = network.stack(stackName)
        network.attach(stack, {
          machine: name,
          address: index === 0 ? '10.0.0.11' : `10.0.0.2${index}`,
          prefixLength: 24,
        })
        return stack
      },
      createNetns: (netns) => network.netns(netns),
    })
    const runtime = installRuntime(machine, {
      kernel,
      registry: [...images, ...(o.registry ?? [])],
      present: images,
      ...(o.brand === undefined ? {} : { brand: o.brand }),
    })
    runtimes.set(name, runtime)
    machines.set(name, machine)
    machine.boot({ kernelMs: 0, userspaceMs: 0 })
  })
  const kube = directKube(api)
  for (const namespace of ['default', 'kube-system']) await furnish(kube, namespace)
  const self: Bed = {
    kernel,
    api,
    kube,
    network,
    machines,
    machine: (name) => {
      const found = machines.get(name)
      if (found === undefined) throw new Error(`no machine ${name}`)
      return found
    },
    runtime: (name) => runtimes.get(name) as ContainerRuntime, // each machine has got one above
    advance: (ms) => kernel.advanceTo(kernel.nowMs + ms),
    until: async (done, limitMs = 120_000) => {
      const limit = kernel.nowMs + limitMs
      while (!(await done())) {
        if (kernel.nowMs >= limit) throw new Error(`did not come about in ${limitMs} ms`)
        await kernel.advanceTo(kernel.nowMs + 100)
      }
    },
    pod: (name, namespace = 'default') => kube.get<Pod>({ type: resources.pods, namespace, name }),
    eventObjects: async (name) => {
      const { items } = await kube.list<KubeEvent>({ type: resources.events })
      const about = items.filter(({ involvedObject }) => involvedObject.name === name)
      return about.sort((a, b) => (stamp(a) < stamp(b) ? -1 : 1))
    },
    kill: async (name, pid) => {
      await onMachine(self, name, ['/bin/kill', String(pid)])
    },
    logs: async (name) => {
      const { spec, metadata } = await self.pod(name)
      const [newest] = runtimes.get(spec.nodeName ?? '')?.containers(metadata.uid) ?? []
      return (
        newest?.log
          .lines()
          .map(({ text }) => `${text}\n`)
          .join('') ?? ''
      )
    },
    events: async (name) =>
      (await self.eventObjects(name)).map(({ reason, message }) => `${reason}: ${message}`),
  }
  return self
}

/** Events are named by the nanosecond. */
const stamp = ({ metadata: { name } }: KubeEvent): string => name.slice(name.lastIndexOf('.'))

/** What the namespace controllers of a real cluster make. */
async function furnish(kube: Kube, namespace: string): Promise<void> {
  await kube.create(resources.serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  })
  await kube.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-root-ca.crt', namespace },
    ...{ data: { 'ca.crt': 'lab' } },
  })
}

function machineTree(name: string, index: number, cni: boolean): Tree {
  return [
    { path: '/sbin/init', kind: 'file', mode: 0o755, program: 'test-init' },
    { path: '/bin/kill', kind: 'file', mode: 0o755, program: 'test-kill' },
    { path: '/run', kind: 'directory', mode: 0o755 },
    { path: '/etc/hosts', kind: 'file', text: '127.0.0.1 localhost\n' },
    { path: '/etc/resolv.conf', kind: 'file', text: 'nameserver 10.0.0.1\n' },
    { path: '/etc/os-release', kind: 'file', text: 'PRETTY_NAME="Ubuntu 22.04.5 LTS"\n' },
    { path: '/etc/machine-id', kind: 'file', text: '0123456789abcdef0123456789abcdef\n' },
    ...kubernetesHostFiles({ node: name, controlPlane: index === 0 }),
    ...clientCertificateFiles(name, Date.UTC(2026, 0, 7, 6)),
    { path: '/opt/cni/bin/test-ipam', kind: 'file', mode: 0o755, program: 'test-cni' },
    ...(cni ? [cniConfig(index)] : []),
  ]
}

export const cniConfig = (index: number): Tree[number] & { readonly text: string } => ({
  path: '/etc/cni/net.d/10-test.conflist',
  kind: 'file',
  text: JSON.stringify({ name: 'test', cniVersion: '0.3.1', plugins: [{ type: 'test-ipam', block: index }] }),
})

/** A container that says hello and goes on until it is told to stop. `arguments`: what `test-server` understands. */
export const testImage: Image = {
  name: 'docker.io/library/test:1',
  sizeBytes: 4_000_000,
  tree: [
    { path: '/bin/server', kind: 'file', mode: 0o755, program: 'test-server' },
    { path: '/bin/say', kind: 'file', mode: 0o755, program: 'test-say' },
  ],
  entrypoint: ['/bin/server'],
}

const sleeper = (p: Process): Promise<number> =>
  p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => wake(0))
    return undefined
  })

const route = { kind: 'unicast', protocol: 'boot' } as const

const testPrograms: Readonly<Record<string, Program>> = {
  'test-init': async (p) => {
    for (const name of ['containerd', 'kubelet']) {
      p.thread(name, async (self) => {
        for (;;) {
          if (await self.files.exists(`/usr/bin/${name}`)) {
            const child = await self.spawn([`/usr/bin/${name}`], { stderr: { write: () => {} } })
            await child.exited(self)
          }
          await self.sleep(1000)
        }
      })
    }
    return sleeper(p)
  },
  'test-kill': async (p) => {
    await p.kill(Number(p.argv[1]), 'SIGKILL')
    return 0
  },
  'kube-controller-manager': sleeper,
  'kube-scheduler': sleeper,
  'test-server': async (p) => {
    p.stdout.write(`hello from ${p.hostname} ${p.argv.slice(1).join(' ')}\n`)
    const [, act = '', value = ''] = p.argv
    if (act === 'exit-after') {
      await p.sleep(Number(value))
      return 1
    }
    if (act === 'exit') return Number(value)
    if (act === 'hold') p.useMemory(Number(value) * 2 ** 20)
    if (act === 'serve') {
      await serveHttp(p, { port: Number(value) }, () => ({ status: 200, body: 'ok' }))
    }
    return sleeper(p)
  },
  'test-say': async (p) => {
    const [, text = '', code = '0'] = p.argv
    p.stdout.write(`${text}\n`)
    if (text === 'env')
      p.stdout.write(
        Object.entries(p.env)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      )
    if (text === 'cat') p.stdout.write(await p.files.read(code))
    if (text === 'stdin') {
      let all = ''
      for (let part = await p.stdin.read(p); part !== undefined; part = await p.stdin.read(p)) all += part
      p.stdout.write(all)
    }
    return text === 'cat' ? 0 : Number(code)
  },
  'test-cni': async (p) => {
    const config = JSON.parse((await p.stdin.read(p)) ?? '{}') as { readonly block: number } // the test's own file
    const marker = '/run/test-cni-broken'
    if (await p.files.exists(marker)) {
      p.stdout.write(JSON.stringify({ cniVersion: '0.3.1', code: 999, msg: await p.files.read(marker) }))
      return 1
    }
    const veth = `veth${(p.env.CNI_CONTAINERID ?? '').slice(0, 8)}`
    if (p.env.CNI_COMMAND === 'DEL') return 0
    const pod = openNetns(p, p.env.CNI_NETNS ?? '')
    const counter = '/run/test-cni-next'
    const next = (await p.files.exists(counter)) ? Number(await p.files.read(counter)) : 2
    await p.files.write(counter, String(next + 1))
    const address = `10.244.${config.block}.${next}`
    await p.net.apply([
      { op: 'veth-add', name: veth, mac: 'ee:ee:ee:ee:ee:ee', peer: { net: pod, name: 'eth0' } },
      { op: 'link-set', name: veth, up: true },
      { op: 'sysctl', name: `net.ipv4.conf.${veth}.proxy_arp`, value: '1' },
      { op: 'route-add', route: { ...route, destination: `${address}/32`, dev: veth, scope: 'link' } },
    ])
    const gateway = { ...route, dev: 'eth0' }
    await pod.apply([
      { op: 'link-set', name: 'eth0', up: true },
      { op: 'route-add', route: { ...gateway, destination: '169.254.1.1/32', scope: 'link' } },
      { op: 'route-add', route: { ...gateway, destination: '0.0.0.0/0', via: '169.254.1.1' } },
      { op: 'address-add', link: 'eth0', address, prefixLength: 32 },
    ])
    p.stdout.write(JSON.stringify({ cniVersion: '0.3.1', ips: [{ version: '4', address: `${address}/32` }] }))
    return 0
  },
}

/** Makes a pod that is bound to a node already. */
export async function createPod(
  { kube }: Bed,
  name: string,
  o: {
    readonly node?: string
    readonly container?: Partial<ContainerDef>
    readonly spec?: Partial<PodSpec>
  } = {},
): Promise<Pod> {
  return kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      nodeName: o.node ?? control,
      containers: [{ name: 'main', image: testImage.name, ...o.container }],
      ...o.spec,
    },
  })
}

/** Starts something on a machine as root and gives its output back once it has ended. */
export async function onMachine(b: Bed, name: string, argv: readonly string[]): Promise<string> {
  let text = ''
  let ended = false
  const child = await b.machine(name).start(argv, {
    as: root,
    stdout: {
      write: (part) => {
        text += part
      },
    },
  })
  child.onExit(() => {
    ended = true
  })
  await b.until(() => ended)
  return text
}
