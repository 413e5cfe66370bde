/** For tests: machines with containerd, kubelet and Calico's images; calico-node pods bound by hand; no other controller. */
import { directKube } from '#lab/api/direct.ts'
import type { DaemonSet, Draft, KubeEvent, KubeObject, Pod } from '#lab/api/objects.ts'
import { perform } from '#lab/api/perform.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { calicoHostFiles, calicoImages, calicoManifests, calicoPrograms } from '#lab/calico/index.ts'
import type { CalicoFlavour } from '#lab/calico/version.ts'
import { root } from '#lab/host/credentials.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import type { Credentials, Output, Process, Program, Tree } from '#lab/host/ports.ts'
import { outputOf as gathered } from '#lab/host/process/collect.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { clientCertificateFiles } from '#lab/kubelet/certificate-files.ts'
import { kubernetesImages } from '#lab/kubelet/control-plane.ts'
import { kubernetesHostFiles } from '#lab/kubelet/host-files.ts'
import { kubeletPrograms } from '#lab/kubelet/kubelet.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'
import type { Rule } from '#lab/network/ports.ts'
import { installRuntime } from '#lab/runtime/install.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

export interface CalicoBed {
  readonly kernel: Kernel
  readonly kube: Kube
  readonly network: Network
  readonly names: readonly string[]
  machine(name: string): LabMachine
  advance(seconds: number): Promise<void>
  /** Seconds until it holds; throws after `limitSeconds`. */
  until(holds: () => boolean | Promise<boolean>, limitSeconds?: number): Promise<number>
  pod(name: string, namespace?: string): Promise<Pod>
  calicoNode(node: string): Promise<Pod>
  /** What calico-node's present container wrote. */
  logs(node: string): Promise<string>
  /** Runs a command in calico-node's container, as kubectl exec does. */
  exec(node: string, argv: readonly string[]): Promise<Output>
  host(node: string, argv: readonly string[], as?: Credentials): Promise<Output>
  addPod(name: string, node: string): Promise<void>
  birdRoutes(node: string): readonly string[]
  /** `reason: message` of what was said about an object, oldest first. */
  events(name: string): Promise<readonly string[]>
}

export const controlNode = 'k8s-control-01'
const addressOf = (index: number): string => (index === 0 ? '10.0.0.11' : `10.0.0.${20 + index}`)

export async function calicoBed(o: {
  readonly flavour: CalicoFlavour
  readonly workers?: number
  /** The line for /run/calico in the worker's tmpfiles.d, where it is not the flavour's. */
  readonly tmpfiles?: Readonly<Record<string, string>>
}): Promise<CalicoBed> {
  const kernel = new Kernel({ seed: 1, startMs: Date.parse('2026-01-07T06:00:00Z') })
  const api = new ApiServer({ kernel })
  const kube = directKube(api)
  const network = createNetwork({ kernel, random: kernel.random.fork('network') })
  const images = [...kubernetesImages(), ...calicoImages({ flavour: o.flavour }), sleeperImage]
  const programs = { ...kubeletPrograms, ...apiPrograms(api), ...calicoPrograms, ...bedPrograms }
  const names = [controlNode, ...Array.from({ length: o.workers ?? 1 }, (_, i) => `k8s-worker-0${i + 1}`)]
  const machines = new Map<string, LabMachine>()
  const runtimes = new Map<string, ContainerRuntime>()
  names.forEach((name, index) => {
    const machine = createMachine({
      kernel,
      name,
      programs,
      tree: diskOf(name, index, o.flavour, o.tmpfiles?.[name]),
      createStack: (stackName) => {
        const stack = network.stack(stackName)
        network.attach(stack, { machine: name, address: addressOf(index), prefixLength: 24 })
        return stack
      },
      createNetns: (netns) => network.netns(netns),
    })
    runtimes.set(name, installRuntime(machine, { kernel, registry: images, present: images }))
    machines.set(name, machine)
  })
  applyAll(api, [
    ...namespaced('default'),
    ...namespaced('kube-system'),
    ...calicoManifests({ flavour: o.flavour }),
  ])
  for (const machine of machines.values()) machine.boot({ kernelMs: 0, userspaceMs: 0 })

  const machine = (name: string): LabMachine => {
    const found = machines.get(name)
    if (!found) throw new Error(`no machine ${name}`)
    return found
  }
  const advance = (seconds: number): Promise<void> => kernel.advanceTo(kernel.nowMs + seconds * 1000)
  const until: CalicoBed['until'] = async (holds, limitSeconds = 120) => {
    const start = kernel.nowMs
    while (!(await holds())) {
      if (kernel.nowMs - start > limitSeconds * 1000)
        throw new Error(`did not come about in ${limitSeconds} s`)
      await advance(0.1)
    }
    return (kernel.nowMs - start) / 1000
  }
  const pod: CalicoBed['pod'] = (name, namespace = 'default') =>
    kube.get<Pod>({ type: resources.pods, namespace, name })
  const calicoNode = (node: string): Promise<Pod> => pod(`calico-node-${node}`, 'kube-system')
  const newest = async (node: string) => {
    const { metadata } = await calicoNode(node)
    const found = runtimes
      .get(node)
      ?.containers(metadata.uid)
      .find((each) => each.name === 'calico-node')
    if (!found) throw new Error(`calico-node does not run on ${node}`)
    return found
  }
  const outputOf = (start: Parameters<typeof gathered>[0]): Promise<Output> =>
    gathered(start, (done) => kernel.runUntil(done, kernel.nowMs + 120_000))
  const bed: CalicoBed = {
    kernel,
    kube,
    network,
    names,
    machine,
    advance,
    until,
    pod,
    calicoNode,
    logs: async (node) =>
      (await newest(node)).log
        .lines()
        .map(({ text }) => `${text}\n`)
        .join(''),
    exec: async (node, argv) => {
      const runtime = runtimes.get(node)
      const container = await newest(node)
      if (!runtime) throw new Error(`no runtime on ${node}`)
      return outputOf((io) => runtime.exec(container.id, argv, io))
    },
    host: (node, argv, as = root) => outputOf((io) => machine(node).start(argv, { as, ...io })),
    addPod: async (name, node) => {
      await kube.create<Pod>(resources.pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels: { app: name } },
        spec: { nodeName: node, containers: [{ name: 'main', image: sleeperImage.name }] },
      })
    },
    events: async (name) => {
      const { items } = await kube.list<KubeEvent>({ type: resources.events })
      return items
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message }) => `${reason}: ${message}`)
    },
    birdRoutes: (node) =>
      machine(node)
        .net.routes()
        .filter((route) => route.protocol === 'bird')
        .map(
          (r) => `${r.kind === 'unicast' ? '' : `${r.kind} `}${r.destination}${r.via ? ` via ${r.via}` : ''}`,
        ),
  }
  await advance(5)
  for (const name of names) await bindCalicoNode(kube, name)
  return bed
}

const sleeperImage = {
  name: 'docker.io/library/sleeper:1',
  sizeBytes: 1_000_000,
  tree: [{ path: '/bin/sleeper', kind: 'file', mode: 0o755, program: 'bed-sleeper' }],
  entrypoint: ['/bin/sleeper'],
} as const

async function bindCalicoNode(kube: Kube, node: string): Promise<void> {
  const { spec } = await kube.get<DaemonSet>({
    type: resources.daemonSets,
    namespace: 'kube-system',
    name: 'calico-node',
  })
  await kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `calico-node-${node}`, namespace: 'kube-system', labels: { 'k8s-app': 'calico-node' } },
    spec: { ...spec.template.spec, nodeName: node },
  })
}

const namespaced = (namespace: string): readonly Draft<KubeObject>[] => {
  const authority = { data: { 'ca.crt': 'lab' } }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace }, ...authority },
  ]
}

function applyAll(api: ApiServer, drafts: readonly Draft<KubeObject>[]): void {
  for (const draft of drafts) {
    const type = api.state.registry.ofKind(draft.apiVersion, draft.kind)
    if (type === undefined) throw new Error(`nobody serves ${draft.apiVersion} ${draft.kind}`)
    const admin = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
    perform(api, { op: 'create', type, namespace: draft.metadata.namespace, body: draft }, admin)
  }
}

const diskOf = (name: string, index: number, flavour: CalicoFlavour, tmpfiles: string | undefined): Tree => [
  ...['/run', '/dev', '/proc', '/sys'].map((path) => ({ path, kind: 'directory' }) as const),
  { path: '/var/run', kind: 'symlink', target: '../run' },
  { path: '/lib/modules', kind: 'directory' },
  { path: '/sbin/init', kind: 'file', mode: 0o755, program: 'bed-init' },
  { path: '/etc/hosts', kind: 'file', text: '127.0.0.1 localhost\n' },
  { path: '/etc/resolv.conf', kind: 'file', text: 'nameserver 10.0.0.1\n' },
  { path: '/etc/os-release', kind: 'file', text: 'PRETTY_NAME="Ubuntu 22.04.5 LTS"\n' },
  { path: '/etc/machine-id', kind: 'file', text: '0123456789abcdef0123456789abcdef\n' },
  ...kubernetesHostFiles({ node: name, controlPlane: index === 0 }),
  ...clientCertificateFiles(name, Date.UTC(2026, 0, 7, 6)),
  ...calicoHostFiles({ flavour }),
  ...(tmpfiles === undefined
    ? []
    : [{ path: '/etc/tmpfiles.d/calico.conf', kind: 'file', text: tmpfiles } as const]),
]

const sleeper = (p: Process): Promise<number> =>
  p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => wake(0))
    return undefined
  })

const bedPrograms: Readonly<Record<string, Program>> = {
  'bed-sleeper': sleeper,
  'kube-controller-manager': sleeper,
  'kube-scheduler': sleeper,
  /** What systemd does at boot as far as these tests need it: tmpfiles.d, the two services, the Service's address. */
  'bed-init': async (p) => {
    await makeRuntimeFolder(p)
    const api: Rule = {
      match: { destination: '10.96.0.1/32', protocol: 'tcp', port: 443 },
      target: { kind: 'dnat', to: '10.0.0.11', port: 6443 },
    }
    await p.net.nat.restore({ OUTPUT: [api], PREROUTING: [api] })
    for (const name of ['containerd', 'kubelet'])
      p.thread(name, async (self) => {
        for (;;) {
          const child = await self.spawn([`/usr/bin/${name}`], { stderr: { write: () => {} } })
          await child.exited(self)
          await self.sleep(1000)
        }
      })
    return sleeper(p)
  },
}

async function makeRuntimeFolder(p: Process): Promise<void> {
  const file = '/etc/tmpfiles.d/calico.conf'
  if (!(await p.files.exists(file))) return
  const [, path, mode, uid, gid] = (await p.files.read(file)).trim().split(/\s+/)
  if (path === undefined) return
  await p.files.mkdir(path, { parents: true })
  await p.files.chmod(path, Number.parseInt(mode ?? '755', 8))
  await p.files.chown(path, Number(uid), Number(gid))
}
