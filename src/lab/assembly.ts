/**
 * Puts a lab together: machines on a network, their disks, the programs that run there, and what the cluster's owner applied
 * before the first boot.
 */
import { isObject } from '#lab/api/json.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { perform } from '#lab/api/perform.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { calicoHostFiles, calicoImages, calicoManifests, calicoPrograms } from '#lab/calico/index.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { coreDnsImages, coreDnsManifests, coreDnsPrograms } from '#lab/coredns/index.ts'
import type { Flavour } from '#lab/fault.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import type { Program, Tree } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { kubeProxyImages, kubeProxyManifests, kubeProxyPrograms } from '#lab/kube-proxy/index.ts'
import { kubernetesImages } from '#lab/kubelet/control-plane.ts'
import { kubernetesHostFiles } from '#lab/kubelet/host-files.ts'
import { kubeletPrograms } from '#lab/kubelet/kubelet.ts'
import { apiPort, dnsServiceIp, type NodePlan, nodePlans, podCidr, serviceCidr } from '#lab/layout.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'
import { networkTools, toolPrograms } from '#lab/network/tools.ts'
import { installRuntime } from '#lab/runtime/install.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { workloadImages, workloadManifests, workloadPrograms } from '#lab/workload/index.ts'

export interface LabPlan {
  readonly flavour: Flavour
  readonly nodes: number
  readonly kubernetes: string
  readonly calico: string
}

export interface LabParts {
  readonly machines: ReadonlyMap<string, LabMachine>
  readonly network: Network
  readonly api: ApiServer
}

/** Everything of a lab, switched off. */
export function assemble(kernel: Kernel, plan: LabPlan): LabParts {
  const plans = nodePlans(plan.nodes)
  const control = plans[0] as NodePlan // there is always a control plane
  const network = createNetwork({ kernel, random: kernel.random.fork('network') })
  const api = new ApiServer({
    kernel,
    kubernetesVersion: plan.kubernetes,
    serviceCidr,
    advertise: { address: control.address, port: apiPort },
  })
  const programs = new Map(Object.entries({ ...fixedPrograms, ...apiPrograms(api) }))
  const images = imagesOf(plan)
  const machines = new Map(
    plans.map((node) => [node.name, machineOf(node, { kernel, network, programs, images, plan })]),
  )
  applyAll(api, manifestsOf(plan, control))
  return { machines, network, api }
}

const fixedPrograms: Readonly<Record<string, Program>> = {
  ...hostPrograms,
  ...toolPrograms,
  ...kubeletPrograms,
  ...controllerPrograms,
  ...kubeProxyPrograms,
  ...coreDnsPrograms,
  ...calicoPrograms,
  ...workloadPrograms,
}

interface MachineParts {
  readonly kernel: Kernel
  readonly network: Network
  readonly programs: ReadonlyMap<string, Program>
  readonly images: readonly Image[]
  readonly plan: LabPlan
}

function machineOf(node: NodePlan, { kernel, network, programs, images, plan }: MachineParts): LabMachine {
  const { name, address } = node
  const machine = createMachine({
    kernel,
    name,
    programs,
    tree: diskOf(node, plan),
    createStack: (stackName) => {
      const stack = network.stack(stackName)
      network.attach(stack, { machine: name, address, prefixLength: 24 })
      return stack
    },
    createNetns: (stackName) => network.netns(stackName),
  })
  installRuntime(machine, { kernel, registry: images, present: images })
  return machine
}

/** A node's disk as the platform team's provisioning leaves it. */
const diskOf = ({ name, controlPlane }: NodePlan, { flavour }: LabPlan): Tree => [
  ...baseOs({
    hostname: name,
    hosts: nodePlans(50).map((each) => ({ name: each.name, address: each.address })),
  }),
  ...networkTools(),
  ...kubernetesHostFiles({ node: name, controlPlane, clusterDns: dnsServiceIp }),
  ...calicoHostFiles({ flavour }),
  ...packageSource,
]

/** The next OS update, not yet installed: a package whose default for Calico's runtime folder is not the platform team's. */
const packageSource: Tree = [
  { path: '/var/lib/os-update/package', kind: 'file', text: 'calico-host 3.29.3-2\n' },
  {
    path: '/var/lib/os-update/files/etc/tmpfiles.d/calico.conf',
    kind: 'file',
    text: 'd /run/calico 0600 10001 0\n',
  },
]

const imagesOf = ({ flavour, calico }: LabPlan): readonly Image[] => [
  ...kubernetesImages(),
  ...kubeProxyImages(),
  ...coreDnsImages(),
  ...calicoImages({ flavour, version: calico }),
  ...workloadImages(),
]

const manifestsOf = (
  { flavour, calico, nodes }: LabPlan,
  control: NodePlan,
): readonly Draft<KubeObject>[] => [
  ...kubeProxyManifests({ server: `https://${control.address}:${apiPort}`, clusterCidr: podCidr }),
  ...coreDnsManifests(),
  ...[
    ...calicoManifests({ flavour, version: calico }),
    ...workloadManifests({ workers: nodes - 1, dbNode: 'k8s-worker-01', controlPlane: control.name }),
  ].map(applied),
]

/**
 * As `kubectl apply` leaves an object: it remembers what was applied, so that the next `kubectl apply` can take away what a
 * manifest no longer says (kubernetes/kubectl:pkg/util/apply.go). kubeadm writes its own objects without.
 */
function applied(draft: Draft<KubeObject>): Draft<KubeObject> {
  const { metadata } = draft
  const annotate = (annotations: Readonly<Record<string, string>>): Draft<KubeObject> => ({
    ...draft,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
  })
  const last = JSON.stringify(annotate({}), keysInOrder)
  return annotate({ 'kubectl.kubernetes.io/last-applied-configuration': `${last}\n` })
}

/** For JSON.stringify: kubectl writes the keys of a map in order. */
const keysInOrder = (_: string, value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value

/** Writes what kubeadm and the cluster's owner applied, straight into the store: it was there before the first boot. */
function applyAll(api: ApiServer, drafts: readonly Draft<KubeObject>[]): void {
  for (const draft of drafts) {
    const type = api.state.registry.ofKind(draft.apiVersion, draft.kind)
    if (type === undefined) throw new Error(`nobody serves ${draft.apiVersion} ${draft.kind}`)
    perform(api, { op: 'create', type, namespace: draft.metadata.namespace, body: draft }, owner)
  }
}

const owner = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
