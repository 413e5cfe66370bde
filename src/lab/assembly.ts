/**
 * Puts a lab together: machines on a network, their disks, the programs that run there, and what the cluster's owner applied
 * before the first boot.
 */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { perform } from '#lab/api/perform.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { calicoPrograms } from '#lab/calico/index.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { coreDnsPrograms } from '#lab/coredns/index.ts'
import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import { flavourDefinitions } from '#lab/flavours/index.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import { hostPrograms } from '#lab/host/os.ts'
import type { Program } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { kubeProxyPrograms } from '#lab/kube-proxy/index.ts'
import { kubeletPrograms } from '#lab/kubelet/kubelet.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'
import { toolPrograms } from '#lab/network/tools.ts'
import type { ClusterPlan, NodePlan, PlanOptions } from '#lab/plan.ts'
import { installRuntime } from '#lab/runtime/install.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { webhookImages, workloadPrograms } from '#lab/workload/index.ts'

export interface LabParts {
  readonly plan: ClusterPlan
  readonly machines: ReadonlyMap<string, LabMachine>
  readonly network: Network
  readonly api: ApiServer
}

/** Everything of a lab, switched off. */
export function assemble(kernel: Kernel, options: PlanOptions): LabParts {
  const definition = flavourDefinitions[options.flavour]
  const plan = definition.plan(options)
  const network = createNetwork({ kernel, random: kernel.random.fork('network'), ...plan.underlay })
  const api = new ApiServer({
    kernel,
    kubernetesVersion: plan.kubernetes,
    serviceCidr: plan.serviceCidr,
    advertise: plan.apiServer,
  })
  const programs = new Map(Object.entries({ ...fixedPrograms, ...apiPrograms(api) }))
  const images = definition.images(plan)
  // On no machine's disk before a pod wants them.
  const registry = [...images, ...webhookImages()]
  const parts = { kernel, network, programs, images, registry, plan, definition }
  const machines = new Map(plan.machines.map((node) => [node.name, machineOf(node, parts)]))
  applyAll(api, definition.manifests(plan))
  return { plan, machines, network, api }
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
  readonly registry: readonly Image[]
  readonly plan: ClusterPlan
  readonly definition: FlavourDefinition
}

function machineOf(
  node: NodePlan,
  { kernel, network, programs, images, registry, plan, definition }: MachineParts,
): LabMachine {
  const { name, address } = node
  const machine = createMachine({
    kernel,
    name,
    programs,
    tree: definition.disk(node, plan),
    createStack: (stackName) => {
      const stack = network.stack(stackName)
      network.attach(stack, { machine: name, address, prefixLength: plan.underlay.prefixLength })
      return stack
    },
    createNetns: (stackName) => network.netns(stackName),
  })
  installRuntime(machine, { kernel, registry, present: images })
  return machine
}

/** Writes what kubeadm and the cluster's owner applied, straight into the store: it was there before the first boot. */
function applyAll(api: ApiServer, drafts: readonly Draft<KubeObject>[]): void {
  for (const draft of drafts) {
    const type = api.state.registry.ofKind(draft.apiVersion, draft.kind)
    if (type === undefined) throw new Error(`nobody serves ${draft.apiVersion} ${draft.kind}`)
    perform(api, { op: 'create', type, namespace: draft.metadata.namespace, body: draft }, owner)
  }
}

const owner = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
