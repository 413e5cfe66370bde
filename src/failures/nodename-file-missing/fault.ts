import { nodeFault } from '#lab/node-fault.ts'
import { rollOutWorkload } from '#lab/owner-acts.ts'

const minutes = 60_000
const folder = '/var/lib/calico'

/** Somebody tidies the host up while calico-node runs, which writes its file at its start only. */
export const fault = nodeFault({
  flavours: ['plain', 'operator', 'iks-classic'],
  variants: {
    file: {
      says: `${folder}/nodename is removed`,
      change: `mv ${folder}/nodename /root/nodename`,
      undo: `mv /root/nodename ${folder}/nodename`,
    },
    folder: {
      says: `everything in ${folder} is removed, as by a clean-up of /var/lib`,
      change: `rm -rf ${folder}/*`,
      undo: `printf '%s' "$(hostname)" > ${folder}/nodename`,
    },
  },
  trigger: rollOutWorkload,
  settleMs: 4 * minutes,
})
