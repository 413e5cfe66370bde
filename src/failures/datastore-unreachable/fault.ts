import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import type { UnderlayRule } from '#lab/network/ports.ts'

const minutes = 60_000

/**
 * The way from all workers to the master is closed; who asks the master from elsewhere gets an answer. `endpoint-gone`: somebody
 * tidies up the account's endpoint gateways. Where workers may go out to the internet (`roks`, `iks-vpc` before 1.30) they reach their
 * master by its public address then, and only Konnectivity is cut off.
 */
export const fault: Fault = {
  flavours: ['iks-classic', 'plain'],
  only: { 'endpoint-gone': ['iks-vpc'] },
  variants: {
    'cut-off': 'the network drops what the nodes send to the API server',
    'endpoint-gone': 'the endpoint gateway of the VPC, by which workers reach their master, is deleted',
  },
  change: async (lab, { variant }) => {
    if (variant === 'endpoint-gone')
      await lab.cloud(['is', 'endpoint-gateway-delete', await endpointGateway(lab), '-f'])
    else for (const rule of rules) await lab.addUnderlayRule(rule)
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 6 * minutes,
  undo: async (lab, { variant }) => {
    if (variant === 'endpoint-gone') {
      await lab.cloud(['ks', 'cluster', 'master', 'refresh', '--cluster', 'shop'])
      await lab.advance(refreshMs)
    } else for (const { name } of rules) await lab.removeUnderlayRule(name)
  },
  subjects: () => [clusterSubject],
}

/** Until the provider has made the gateway anew, and is done with the rest. */
const refreshMs = 40 * minutes

async function endpointGateway(lab: LabControl): Promise<string> {
  const { stdout } = await lab.cloud(['is', 'endpoint-gateways', '--output', 'json'])
  const [gateway = { id: '' }] = JSON.parse(stdout) as readonly { readonly id: string }[] // as the VPC's API has them
  return gateway.id
}

/** kubeadm's API server, and the port at which the provider's master is reached. */
const rules: readonly UnderlayRule[] = [6443, 30_526].map((port) => ({
  name: `no TCP ${port}`,
  protocol: 'tcp',
  port,
  action: 'drop',
}))
