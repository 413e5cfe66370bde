import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const file = '/etc/sysctl.d/90-tuning.conf'

const limit = (name: string, value: number, usual: number) => ({
  change: `printf '${name} = ${value}\\n' > ${file} && sysctl -p ${file}`,
  undo: `rm -f ${file} && sysctl -w ${name}=${usual}`,
})

/** Somebody tunes a limit of the kernel for another kind of machine. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    connections: {
      says: 'the table of connections holds a handful',
      ...limit('net.netfilter.nf_conntrack_max', 8, 262_144),
    },
    neighbours: {
      says: 'the table of neighbours holds fewer than the node has',
      ...limit('net.ipv4.neigh.default.gc_thresh3', 1, 1024),
    },
  },
  settleMs: 8 * minutes,
})
