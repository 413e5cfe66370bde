/** How calico-node is run: the stock image privileged, or a team's own image with uid 10001 and file capabilities. */
export type CalicoFlavour = 'plain' | 'hardened'

/** Who calico-node runs as in the hardened flavour. */
export const hardenedUser = { uid: 10001, gid: 0 }
