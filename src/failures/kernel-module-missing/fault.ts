import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const file = '/etc/modprobe.d/hardening.conf'

/** A module that Felix needs cannot be loaded after the next boot. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    sets: {
      says: 'a hardening guide forbids modules of IP sets (install ip_set /bin/false)',
      change: `printf 'install ip_set /bin/false\\n' > ${file}`,
      undo: `rm -f ${file}`,
    },
  },
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: 8 * minutes,
})
