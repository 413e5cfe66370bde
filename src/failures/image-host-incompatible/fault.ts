import { nodeFault } from '#lab/node-fault.ts'
import { rollOutWorkload } from '#lab/owner-acts.ts'

const minutes = 60_000
const kept = '/root/cni-amd64'

/** The first bytes of an executable for 64-bit ARM (elf(5): class, byte order, type, e_machine 183), in printf's words. */
const header =
  '\\177ELF\\002\\001\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000\\267\\000\\001\\000\\000\\000'

const over = (plugins: readonly string[]): string => `mkdir -p ${kept}
cd /opt/cni/bin
for plugin in ${plugins.join(' ')}; do
  mv $plugin ${kept}/$plugin
  printf '${header}' > $plugin
  chmod 755 $plugin
done`

const back = `mv ${kept}/* /opt/cni/bin/\nrmdir ${kept}`

/** Configuration management that knows one kind of machine unpacks its archive of plugins where install-cni has put its own. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator', 'iks-classic'],
  variants: {
    'arm64-plugins': {
      says: 'the CNI plugins of an archive for arm64 are unpacked over those that install-cni wrote',
      change: over(['calico', 'calico-ipam']),
      undo: back,
    },
    'arm64-ipam': {
      says: 'of that archive only calico-ipam is another than what is there, and is replaced',
      change: over(['calico-ipam']),
      undo: back,
    },
  },
  trigger: rollOutWorkload,
  settleMs: 5 * minutes,
})
