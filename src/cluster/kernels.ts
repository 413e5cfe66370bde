/** The kernels of nodes, and what they are too old for. */
import type { Provenance, Reads } from '#cluster/facts.ts'
import { isBefore, versionsOf } from '#cluster/versions.ts'

export interface Kernel {
  readonly version: string // 4.18.0-425.3.1.el8.x86_64
  readonly node: string | undefined
  readonly from: Provenance
}

/** The kernels that are known, from `uname` and from the nodes' own reports. */
export const kernels = (view: Reads<'versions' | 'nodes'>): readonly Kernel[] => [
  ...versionsOf(view, 'kernel').map(({ version, node, from }) => ({ version, node, from })),
  ...view
    .rows('nodes')
    .flatMap(({ name, kernelVersion, from }) =>
      kernelVersion === undefined ? [] : [{ version: kernelVersion, node: name, from }],
    ),
]

/**
 * Whether VXLAN over IPv6 does not work with this kernel: it came with 4.19.1, and Red Hat brought it to 4.18.0.
 *
 * @see tigera/docs:calico/networking/ipam/ipv6.mdx (requirements of VXLAN for IPv6)
 */
export const lacksIpv6Vxlan = ({ version }: Kernel): boolean =>
  isBefore(version, /\.el\d/.test(version) ? '4.18.0' : '4.19.1') === true
