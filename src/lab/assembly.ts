/**
 * Puts a lab together: machines on a network, their disks, the programs that run there, and what the cluster's owner applied
 * before the first boot.
 */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { perform } from '#lab/api/perform.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { calicoApiServerImage, calicoApiServerPrograms } from '#lab/calico/apiserver/index.ts'
import { calicoPrograms, publishedReleases } from '#lab/calico/index.ts'
import { releaseOf } from '#lab/calico/release.ts'
import type { CloudProvider, CloudSite } from '#lab/cloud.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { coreDnsPrograms } from '#lab/coredns/index.ts'
import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import { flavourDefinitions } from '#lab/flavours/index.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import { hostPrograms } from '#lab/host/os.ts'
import type { Program, Tree } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { konnectivityPrograms } from '#lab/konnectivity/index.ts'
import { kubeProxyPrograms } from '#lab/kube-proxy/index.ts'
import { kubectlPrograms } from '#lab/kubectl/program.ts'
import { clientCertificateFiles } from '#lab/kubelet/certificate-files.ts'
import { kubeletPrograms } from '#lab/kubelet/kubelet.ts'
import { metricsServerImages, metricsServerPrograms } from '#lab/metrics-server/index.ts'
import { managerPrograms } from '#lab/network/managers.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'
import { toolPrograms } from '#lab/network/tools.ts'
import {
  addressOfRegistry,
  type ClusterPlan,
  type MachinePlan,
  type NodePlan,
  type PlanOptions,
} from '#lab/plan.ts'
import { withSizes } from '#lab/program-sizes.ts'
import { forArm } from '#lab/registry/foreign.ts'
import { registryDisk, registryMachine } from '#lab/registry/machine.ts'
import { registryProgram } from '#lab/registry/server.ts'
import { squid } from '#lab/registry/squid.ts'
import { type ImageSource, networkRegistry } from '#lab/runtime/image-source.ts'
import { ImageRegistry } from '#lab/runtime/images.ts'
import { installRuntime } from '#lab/runtime/install.ts'
import type { Image } from '#lab/runtime/ports.ts'
import {
  customersDisk,
  customersMachine,
  debugImages,
  nginxImages,
  storefront,
  webhookImages,
  workloadPrograms,
} from '#lab/workload/index.ts'

export interface LabParts {
  readonly plan: ClusterPlan
  readonly machines: ReadonlyMap<string, LabMachine>
  /** Machines that are no nodes: the one that serves images and names, and what else the flavour has. */
  readonly others: readonly LabMachine[]
  readonly network: Network
  readonly api: ApiServer
  readonly cloud: CloudProvider | undefined
}

/** Everything of a lab, switched off. */
export function assemble(kernel: Kernel, options: PlanOptions): LabParts {
  const definition = flavourDefinitions[options.flavour]
  const plan = definition.plan(options)
  const cloud = definition.cloud?.(plan)
  const network = createNetwork({ kernel, random: kernel.random.fork('network'), fabric: plan.fabric })
  const api = new ApiServer({
    kernel,
    kubernetesVersion: plan.kubernetes,
    calicoMinor: releaseOf(plan.calico).minor,
    serviceCidr: plan.serviceCidr,
    advertise: plan.apiServer,
  })
  const images = definition.images(plan)
  // What else the registry holds is on no machine's disk before a pod wants it.
  const content = new ImageRegistry([
    ...publishedReleases(),
    ...images,
    ...(definition.published?.(plan) ?? []),
    ...webhookImages(),
    ...debugImages(),
    ...metricsServerImages(),
    ...nginxImages(),
    calicoApiServerImage(plan.calico),
    ...forArm(images),
  ])
  const registry = registryProgram({
    images: content,
    addressOf: (host) => addressOfRegistry(plan, host),
  })
  const programs = new Map(
    Object.entries(
      withSizes({
        ...fixedPrograms,
        ...definition.programs,
        ...cloud?.programs,
        ...apiPrograms(api),
        registry,
        squid,
      }),
    ),
  )
  const source = networkRegistry(content)
  const parts = { kernel, network, programs, images, source, plan, definition }
  const machines = new Map(plan.machines.map((node) => [node.name, machineOf(node, parts)]))
  applyAll(api, definition.manifests(plan))
  if (plan.customers) applyAll(api, [storefront])
  const others = [
    registryOf(parts),
    ...(plan.customers ? [customersOf(parts)] : []),
    ...(definition.others?.(plan) ?? []).map(({ machine, tree }) => plugged(parts, machine, tree)),
  ]
  cloud?.connect(siteOf({ machines, others, api }, parts))
  return { plan, machines, others, network, api, cloud }
}

/** What a provider may do with machines while the lab runs. */
function siteOf(
  {
    machines,
    others,
    api,
  }: {
    readonly machines: Map<string, LabMachine>
    readonly others: readonly LabMachine[]
    readonly api: ApiServer
  },
  parts: MachineParts,
): CloudSite {
  const builds = new Map<string, number>()
  const put = (node: NodePlan): LabMachine => {
    const build = (builds.get(node.name) ?? 0) + 1
    builds.set(node.name, build)
    const machine = machineOf(node, parts, build)
    machines.set(node.name, machine)
    return machine
  }
  return {
    kernel: parts.kernel,
    api,
    underlay: parts.network.underlay,
    machine: (name) => machines.get(name) ?? others.find((each) => each.name === name),
    build: put,
    rebuild: put,
    remove: (name) => void machines.delete(name),
  }
}

const fixedPrograms: Readonly<Record<string, Program>> = {
  ...hostPrograms,
  ...toolPrograms,
  ...managerPrograms,
  ...kubeletPrograms,
  ...kubectlPrograms,
  ...controllerPrograms,
  ...kubeProxyPrograms,
  ...coreDnsPrograms,
  ...calicoPrograms,
  ...workloadPrograms,
  ...konnectivityPrograms,
  ...calicoApiServerPrograms,
  ...metricsServerPrograms,
}

interface MachineParts {
  readonly kernel: Kernel
  readonly network: Network
  readonly programs: ReadonlyMap<string, Program>
  readonly images: readonly Image[]
  readonly source: ImageSource
  readonly plan: ClusterPlan
  readonly definition: FlavourDefinition
}

/** `build`: how often a machine of that name has been built anew. */
function machineOf(node: NodePlan, parts: MachineParts, build = 0): LabMachine {
  const { kernel, images, source, plan, definition } = parts
  const machine = plugged(
    parts,
    node,
    [...definition.disk(node, plan), ...clientCertificateFiles(node.name, kernel.nowMs)],
    build,
  )
  installRuntime(machine, {
    kernel,
    source,
    present: images,
    ...(plan.runtime === undefined ? {} : { brand: plan.runtime }),
    ...(plan.runtimeVersion === undefined ? {} : { version: plan.runtimeVersion }),
  })
  return machine
}

function registryOf(parts: MachineParts): LabMachine {
  const { registry, publicRegistries } = parts.plan
  const interfaces = [registry, ...(publicRegistries === undefined ? [] : [publicRegistries.at])]
  const machine = { name: registryMachine, interfaces }
  return plugged(parts, machine, registryDisk({ nameserver: registry.address }))
}

/** Outside of the cluster, behind a load balancer that knows all its workers. */
function customersOf(parts: MachineParts): LabMachine {
  const { outside, registry, machines } = parts.plan
  const machine = { name: customersMachine, interfaces: [outside] }
  const workers = machines.filter(({ controlPlane }) => !controlPlane).map(({ address }) => address)
  return plugged(parts, machine, customersDisk({ nameserver: registry.address, workers }))
}

const plugged = (
  { kernel, network, programs }: MachineParts,
  { name, interfaces }: MachinePlan,
  tree: Tree,
  build = 0,
): LabMachine =>
  createMachine({
    kernel,
    name,
    build,
    programs,
    tree,
    createStack: (stackName) => {
      const stack = network.stack(stackName)
      for (const each of interfaces) network.attach(stack, { ...each, machine: name })
      return stack
    },
    createNetns: (stackName) => network.netns(stackName),
  })

/** Writes what kubeadm and the cluster's owner applied, straight into the store: it was there before the first boot. */
function applyAll(api: ApiServer, drafts: readonly Draft<KubeObject>[]): void {
  for (const draft of drafts) {
    const type = api.state.registry.ofKind(draft.apiVersion, draft.kind)
    if (type === undefined) throw new Error(`nobody serves ${draft.apiVersion} ${draft.kind}`)
    perform(api, { op: 'create', type, namespace: draft.metadata.namespace, body: draft }, owner)
  }
}

const owner = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
