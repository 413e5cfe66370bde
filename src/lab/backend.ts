/** What calico-node runs for routing: BIRD with confd, or nothing, where Felix does it all by VXLAN. */
export const backends = ['bird', 'vxlan'] as const
export type Backend = (typeof backends)[number]
