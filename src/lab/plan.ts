/**
 * What a lab consists of, as data: its machines with their addresses, its ranges, its versions. A flavour turns the options of
 * a lab into a plan; whatever builds a part of the lab reads it there.
 */
import type { Flavour } from '#lab/flavours/names.ts'
import { ipv4, ipv4Text } from '#lab/network/address.ts'

export interface PlanOptions {
  readonly flavour: Flavour
  /** Nodes of the cluster; where the control plane runs on one of them, that one is counted. */
  readonly nodes: number
  readonly kubernetes: string // 1.31.9
  readonly calico: string // 3.29.3
}

/** A machine that is a node of the cluster. */
export interface NodePlan {
  readonly name: string
  readonly address: string
  readonly controlPlane: boolean
}

export interface ClusterPlan extends PlanOptions {
  readonly machines: readonly NodePlan[]
  /** The segment on which the machines are, and its gateway. */
  readonly underlay: { readonly subnet: string; readonly prefixLength: number; readonly gateway: string }
  readonly podCidr: string
  readonly serviceCidr: string
  readonly dnsServiceIp: string
  /** Where kube-apiserver listens: on the machine of that address. */
  readonly apiServer: { readonly address: string; readonly port: number }
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
  const [control, ...workers] = Array.from({ length: o.nodes }, (_, index) => nodePlan(index))
  if (control === undefined) throw new RangeError('a cluster has at least one node')
  return {
    ...o,
    machines: [control, ...workers],
    underlay: { subnet: `10.0.0.0/${prefixLength}`, prefixLength, gateway: '10.0.0.1' },
    podCidr: isSmall ? '10.244.0.0/16' : '10.128.0.0/9',
    serviceCidr: '10.96.0.0/12',
    dnsServiceIp: '10.96.0.10',
    apiServer: { address: control.address, port: 6443 },
  }
}

/** The machine that serves images and names, on the cluster's first segment beside the gateway. */
export const registryAddress = ({ underlay }: Pick<ClusterPlan, 'underlay'>): string =>
  ipv4Text(ipv4(underlay.gateway) + 1)

/** The address `offset` after 10.0.0.0. */
const underlayAddress = (offset: number): string => ipv4Text(ipv4('10.0.0.0') + offset)

const nodePlan = (index: number): NodePlan =>
  index === 0
    ? { name: 'k8s-control-01', address: underlayAddress(11), controlPlane: true }
    : {
        name: `k8s-worker-${String(index).padStart(2, '0')}`,
        address: underlayAddress(20 + index),
        controlPlane: false,
      }
