import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const minutes = 60_000

/**
 * The private VLANs are routed through the account's gateway appliance, which masquerades what comes from them: the rule was meant for
 * the way out, and names no interface.
 */
export const fault: Fault = {
  flavours: ['iks-classic'],
  variants: {
    masquerade:
      "the gateway appliance's masquerading names no interface, and takes what goes between VLANs, too",
  },
  change: async (lab) => {
    await lab.exec(appliance, `iptables -t nat -A POSTROUTING ${rule}`)
    await route(lab, 'unbypassAllVlans')
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 10 * minutes,
  undo: async (lab) => {
    await route(lab, 'bypassAllVlans')
    await lab.exec(appliance, `iptables -t nat -D POSTROUTING ${rule}`)
  },
  subjects: () => [clusterSubject],
}

/** The machine, and the number that the provider's API knows it by. */
const appliance = 'gateway'
const gatewayId = '182034'
const rule = '-s 10.0.0.0/8 -j MASQUERADE'

const route = (lab: LabControl, method: string) =>
  lab.cloud(['sl', 'call-api', 'SoftLayer_Network_Gateway', method, '--init', gatewayId])
