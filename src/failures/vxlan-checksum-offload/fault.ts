import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

/** As tuning scripts do, of the devices that there are: a node whose calico-node never came up has none. */
const offload = (state: 'on' | 'off'): string =>
  `if ip link show vxlan.calico > /dev/null 2>&1; then ethtool -K vxlan.calico tx-checksum-ip-generic ${state}; fi`

const everywhere = async (lab: LabControl, isWrong: boolean): Promise<void> => {
  for (const machine of lab.nodes) {
    await lab.changeUnderlay({ op: 'port', machine, corruptsVxlanChecksums: isWrong })
    await lab.exec(machine, offload(isWrong ? 'on' : 'off'))
  }
}

/** The machines move to a hypervisor whose cards get checksums inside VXLAN wrong, and a tuning script leaves them to the cards. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  lab: { encapsulation: 'vxlan' },
  variants: { cards: 'the cards make wrong checksums, and the tunnel’s device leaves them to the cards' },
  change: (lab) => everywhere(lab, true),
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: (lab) => everywhere(lab, false),
  subjects: () => [clusterSubject],
}
