/** How packets between pods of different nodes are wrapped: always, or only between subnets. */
export const encapsulations = ['none', 'ipip', 'ipip-cross-subnet', 'vxlan', 'vxlan-cross-subnet'] as const
export type Encapsulation = (typeof encapsulations)[number]
