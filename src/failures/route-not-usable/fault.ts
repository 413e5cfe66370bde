import { nodeFault } from '#lab/node-fault.ts'

const kept = '/root/blocks'

/** For each block of another node, as BIRD has written it. */
const forEachBlock = (act: string): string => `while read -r block; do ${act}; done < ${kept}`

const replaced = (route: string): string =>
  [
    `ip route | awk '/via .* proto bird/ { print $1 }' > ${kept}`,
    forEachBlock(`ip route replace ${route}`),
  ].join('\n')

/** Somebody writes routes to the blocks of other nodes, and BIRD cannot put its own beside them. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  // Routes over VXLAN are Felix', which writes its own again.
  lab: { encapsulation: 'none' },
  variants: {
    blackhole: {
      says: 'a script that is to keep stray packets at home makes them blackholes',
      change: replaced('blackhole $block proto static'),
      undo: forEachBlock('ip route del blackhole $block proto static'),
    },
    gateway: {
      says: 'routes by hand lead them to the network’s gateway, which knows no pods',
      change: replaced("$block via $(ip -4 route show default | awk '{ print $3 }') proto static"),
      undo: forEachBlock('ip route del $block proto static'),
    },
  },
  settleMs: 8 * 60_000,
})
