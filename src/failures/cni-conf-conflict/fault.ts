import { nodeFault } from '#lab/node-fault.ts'
import { rollOutWorkload } from '#lab/owner-acts.ts'

const minutes = 60_000
const file = (name: string): string => `/etc/cni/net.d/${name}`

const cilium =
  '{"cniVersion":"0.3.1","name":"cilium","plugins":[{"type":"cilium-cni","enable-debug":false,"log-file":"/var/run/cilium/cilium-cni.log"}]}'

/** A file of another network stands before Calico's in the folder: the runtime takes the first. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'another-network': {
      says: 'a trial of Cilium left its file, which sorts first, without its programs',
      change: `printf '%s\\n' '${cilium}' > ${file('05-cilium.conflist')}`,
      undo: `rm -f ${file('05-cilium.conflist')}`,
    },
  },
  trigger: rollOutWorkload,
  settleMs: 4 * minutes,
})
