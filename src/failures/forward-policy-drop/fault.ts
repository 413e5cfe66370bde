import { type ObjectRef, resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const configuration: ObjectRef = { type: resources.felixConfigurations, name: 'default' }

/** `null`: as built in, Accept. */
const allowBy = (lab: LabControl, iptablesFilterAllowAction: 'Return' | null): Promise<void> =>
  lab.kube.patch(configuration, { type: 'merge', body: { spec: { iptablesFilterAllowAction } } })

/**
 * A security agent of the hosts has its say after Calico, as its maker asks for; and on one node a hardening script ends the chain,
 * in which nobody accepts what Calico handed back.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    return:
      'Felix returns what policy allowed (IptablesFilterAllowAction), and the host’s FORWARD ends with DROP',
  },
  change: async (lab, { node }) => {
    await allowBy(lab, 'Return')
    await lab.exec(node, 'iptables -P FORWARD DROP')
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: async (lab, { node }) => {
    await lab.exec(node, 'iptables -P FORWARD ACCEPT')
    await allowBy(lab, null)
  },
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}
