import { familyOf } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { kernels, lacksIpv6Vxlan } from '#cluster/kernels.ts'
import type { MessageRow, RouteRow } from '#cluster/relations.ts'
import { envNamed } from '#cluster/settings.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  hasSign,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface KernelState {
  readonly kernel: string | undefined
}

export const symptoms = [
  'cross-node-traffic-failing',
  'pod-traffic-failing',
  'dataplane-not-programmed',
  'calico-node-not-ready',
] as const

type Needs =
  | 'messages'
  | 'pods'
  | 'versions'
  | 'nodes'
  | 'ipPools'
  | 'settings'
  | 'links'
  | 'routes'
  | 'remarks'

/**
 * Finds nodes whose kernel has the module but not the ability: VXLAN over IPv6 before 4.19.1 (Red Hat: before 4.18.0), eBPF on
 * an old kernel. The device is there, and the routes over it are refused.
 *
 * @see torvalds/linux:drivers/net/vxlan/vxlan_core.c
 * @see projectcalico/calico:felix/bpf/bpf.go (SupportsBPFDataplane)
 */
export const detector = defineDetector<KernelState, Needs>({
  needs: ['messages', 'versions', 'nodes'],
  uses: ['pods', 'ipPools', 'settings', 'links', 'routes', 'remarks'],
  judges: 'node',
  detect: (view) => {
    const told = [...messageSigns(view, said), ...ofRoutes(view)]
    const signs = [...told, ...ofKernels(view, told), ...ofRemarks(view)]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, symptoms)
          ? {
              says: 'the kernel is too old for what Calico is asked to do with it',
              state: { kernel: kernels(view)[0]?.version },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const device = 'vxlan-v6.calico'

const said: Readonly<Record<string, MessageSign>> = {
  'ip/rtnetlink': (row) => refused(row, row.message.params.device),
  'felix/route-add-failed': (row) => refused(row, row.message.params.interface),
  'felix/route-update-failed': (row) => refused(row, row.message.params.interface),
  'felix/route-errors': (row) => refused(row, row.message.params.interface),
  'felix/route-sync-gave-up': ({ message: { params } }) =>
    params.interface === device ? ['strong', 'Felix cannot write IPv6 routes over VXLAN'] : undefined,
  'felix/bpf-kernel-too-old': ({ message: { params } }) => [
    'decisive',
    `kernel ${params.version} is older than ${params.wanted}, which eBPF needs`,
  ],
  'felix/bpf-unsupported': ['strong', 'this kernel cannot run Felix’s eBPF'],
  'calicoctl/kernel-too-old': ({ message: { params } }) => [
    'decisive',
    `kernel ${params.version} is older than ${params.wanted}`,
  ],
}

/** The kernel’s words for it: it has no way to send what the route asks for. */
function refused({ message: { params } }: Fact<MessageRow>, on: string | undefined) {
  if (on !== device) return undefined
  return params.error?.toLowerCase() === 'no route to host'
    ? (['decisive', 'the kernel refuses a route over VXLAN for IPv6: “no route to host”'] as const)
    : (['weak', 'the kernel refuses a route over VXLAN for IPv6'] as const)
}

/**
 * Felix blackholes its own IPv6 block where VXLAN carries IPv6, and has a route to each other node’s. Here its pods are shown,
 * and no route leaves the node.
 */
function ofRoutes(view: Reads<'routes'>): readonly Sign[] {
  const byNode = Map.groupBy(
    view.rows('routes').filter((row) => row.in === 'host' && row.family === 6),
    ({ node }) => node,
  )
  return [...byNode.values()].flatMap((rows) => {
    const own = rows.find((row) => row.type === 'blackhole' && row.proto === felix)
    const isOut = rows.some((row) => row.type === 'unicast' && (row.dev === device || isByBird(row)))
    const hasPods = rows.some((row) => row.type === 'unicast' && row.dev?.startsWith('cali') === true)
    return own === undefined || isOut || !hasPods
      ? []
      : [sign(own, 'strong', 'IPv6 pods are on this node, and no route leads to another node’s block')]
  })
}

const felix = '80' // proto of Felix's routes
const isByBird = ({ proto }: RouteRow): boolean => proto === 'bird'

/** An old kernel tells something only where VXLAN carries IPv6. */
function ofKernels(view: Reads<Needs>, told: readonly Sign[]): readonly Sign[] {
  const use = ipv6Vxlan(view)
  const isFailing =
    told.length > 0 || view.rows('remarks').some(({ says }) => says === 'ipv4-works-ipv6-fails')
  return kernels(view).flatMap((kernel): readonly Sign[] => {
    if (!lacksIpv6Vxlan(kernel))
      return isFailing && !hasSign(told, 'decisive')
        ? [sign(kernel, 'against', `kernel ${kernel.version} is new enough for VXLAN over IPv6`)]
        : []
    if (!use && !isFailing) return []
    const says = `kernel ${kernel.version} cannot carry VXLAN over IPv6`
    return [sign(kernel, use && isFailing ? 'decisive' : use || told.length > 0 ? 'strong' : 'weak', says)]
  })
}

/** Whether some pool, setting or device says that VXLAN carries IPv6. */
const ipv6Vxlan = (view: Reads<'ipPools' | 'settings' | 'links'>): boolean =>
  view
    .rows('ipPools')
    .some(
      (pool) =>
        !pool.disabled &&
        familyOf(pool.cidr) === 6 &&
        ['vxlan', 'vxlan-cross-subnet'].includes(pool.encapsulation),
    ) ||
  envNamed(view, 'CALICO_IPV6POOL_VXLAN').some(
    ({ value }) => value === 'Always' || value === 'CrossSubnet',
  ) ||
  view.rows('links').some(({ name }) => name === device)

const ofRemarks = (view: Reads<'remarks'>): readonly Sign[] =>
  view
    .rows('remarks')
    .flatMap((row) =>
      row.says === 'ipv4-works-ipv6-fails'
        ? [sign(row, 'weak', 'IPv4 between pods works, IPv6 does not')]
        : [],
    )
