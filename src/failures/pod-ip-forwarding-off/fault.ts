import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const file = '/etc/sysctl.d/99-hardening.conf'

/** A hardening guide's sysctl file turns forwarding off: the kernel no longer routes for pods. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    sysctl: {
      says: 'net.ipv4.ip_forward = 0 in a file of /etc/sysctl.d',
      change: `printf 'net.ipv4.ip_forward = 0\\n' > ${file} && sysctl -p ${file}`,
      undo: `rm -f ${file} && sysctl -w net.ipv4.ip_forward=1`,
    },
  },
  settleMs: 5 * minutes,
})
