/**
 * What a lab consists of, as data: its machines with their addresses, its ranges, its versions. A flavour turns the options of
 * a lab into a plan; whatever builds a part of the lab reads it there.
 */
import type { Backend } from '#lab/backend.ts'
import type { Encapsulation } from '#lab/encapsulation.ts'
import { type Flavour, usualEncapsulation } from '#lab/flavours/names.ts'
import { addressAt } from '#lab/network/address.ts'
import { type FabricPlan, flatFabric } from '#lab/network/fabric-plan.ts'
import type { Attachment } from '#lab/network/network.ts'

export interface PlanOptions {
  readonly flavour: Flavour
  /** Nodes of the cluster; where the control plane runs on one of them, that one is counted. */
  readonly nodes: number
  readonly kubernetes: string // 1.31.9
  readonly calico: string // 3.29.3
  /** How kube-apiserver reaches kubelets, webhooks and aggregated APIs. */
  readonly egress?: 'direct' | 'konnectivity' // default direct
  /** Of Calico's default pool. Default: as the flavour has it. */
  readonly encapsulation?: Encapsulation
  /** Default bird. Without BIRD the default pool is of VXLAN unless somebody says otherwise. */
  readonly backend?: Backend
  /** Whether there are customers: a machine outside that asks for the shop's page every two seconds. Default false. */
  readonly customers?: boolean
}

/** A machine, and how it is plugged in. */
export interface MachinePlan {
  readonly name: string
  readonly interfaces: readonly InterfacePlan[]
}

export type InterfacePlan = Omit<Attachment, 'machine'>

/** A machine that is a node of the cluster. */
export interface NodePlan extends MachinePlan {
  /** Its InternalIP: of its first interface. */
  readonly address: string
  readonly controlPlane: boolean
  /** What its provider calls the machine. Default: as the node. */
  readonly workerId?: string
  readonly zone?: string
  /** Whether it is told of a managed master's private address, where it may have one beside a public one. Default false. */
  readonly hasPrivateMaster?: boolean
}

export interface ClusterPlan extends Required<PlanOptions> {
  readonly machines: readonly NodePlan[]
  readonly fabric: FabricPlan
  /** Where the machine that serves images and names is plugged in. */
  readonly registry: InterfacePlan
  /** Default: every registry is found at that one place. */
  readonly publicRegistries?: PublicRegistriesPlan
  /** Where the customers' machine is plugged in, if there is one. */
  readonly outside: InterfacePlan
  readonly podCidr: string
  readonly serviceCidr: string
  readonly dnsServiceIp: string
  /** Where the cluster finds kube-apiserver: what its kubelets are told, and the endpoints of `default/kubernetes` say. */
  /** What runs the nodes' containers. Default containerd. */
  readonly runtime?: 'containerd' | 'cri-o'
  /** Of it, where that matters: CRI-O's minor version is Kubernetes'. */
  readonly runtimeVersion?: string
  readonly apiServer: { readonly address: string; readonly port: number }
}

/** A second place of the machine that serves images, for clusters that have their own ways to it and to the internet. */
export interface PublicRegistriesPlan {
  /** Where it is on the internet. */
  readonly at: InterfacePlan
  /** Registries of these domains alone are found at its first place: `icr.io`, and what ends in `.icr.io`. */
  readonly privateDomains: readonly string[]
}

/** What the name of a registry's API resolves to. */
export function addressOfRegistry({ registry, publicRegistries }: ClusterPlan, host: string): string {
  if (publicRegistries === undefined) return registry.address
  const { at, privateDomains } = publicRegistries
  const isPrivate = privateDomains.some((domain) => host === domain || host.endsWith(`.${domain}`))
  return isPrivate ? registry.address : at.address
}

/** Above this many nodes a /24 and a /16 of pod addresses do not hold a cluster. */
const smallNodesMax = 200

/**
 * A cluster as kubeadm makes it: `k8s-control-01` 10.0.0.11, then `k8s-worker-01…` from 10.0.0.21 on. Large ones get
 * wider ranges; their workers' addresses go on counting.
 */
export function kubeadmPlan(o: PlanOptions): ClusterPlan {
  const isSmall = o.nodes <= smallNodesMax
  const prefixLength = isSmall ? 24 : 16
  const [control, ...workers] = Array.from({ length: o.nodes }, (_, index) => nodePlan(index, prefixLength))
  if (control === undefined) throw new RangeError('a cluster has at least one node')
  return {
    ...o,
    backend: o.backend ?? 'bird',
    encapsulation: o.encapsulation ?? (o.backend === 'vxlan' ? 'vxlan' : usualEncapsulation[o.flavour]),
    egress: o.egress ?? 'direct',
    customers: o.customers ?? false,
    machines: [control, ...workers],
    fabric: flatFabric({ subnet: `10.0.0.0/${prefixLength}`, gateway: '10.0.0.1' }),
    registry: { address: underlayAddress(2), prefixLength },
    outside: { address: underlayAddress(3), prefixLength },
    podCidr: isSmall ? '10.244.0.0/16' : '10.128.0.0/9',
    serviceCidr,
    dnsServiceIp: dnsServiceOf(serviceCidr),
    apiServer: { address: control.address, port: 6443 },
  }
}

/** kubeadm's default. */
const serviceCidr = '10.96.0.0/12'

/** Of the cluster's DNS, with kubeadm and with the provider alike: kubernetes/kubernetes:cmd/kubeadm/app/constants/constants.go (GetDNSIP). */
export const dnsServiceOf = (range: string): string => addressAt(range, 10)

/** The address `offset` after 10.0.0.0. */
const underlayAddress = (offset: number): string => addressAt('10.0.0.0', offset)

function nodePlan(index: number, prefixLength: number): NodePlan {
  const isControl = index === 0
  const address = underlayAddress(isControl ? 11 : 20 + index)
  return {
    name: isControl ? 'k8s-control-01' : `k8s-worker-${String(index).padStart(2, '0')}`,
    address,
    interfaces: [{ address, prefixLength }],
    controlPlane: isControl,
  }
}
