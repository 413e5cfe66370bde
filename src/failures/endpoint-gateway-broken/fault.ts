import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const minutes = 60_000

/**
 * The private way of all workers to their master ends. Where they may go out to the internet (`roks` before OpenShift 4.15, `iks-vpc` before 1.30) they reach
 * it by its public address then, and only Konnectivity is cut off; where outbound traffic is protected they have lost it.
 */
export const fault: Fault = {
  flavours: ['iks-vpc', 'roks'],
  variants: {
    deleted:
      'somebody tidies up the endpoint gateways of the account, that of the cluster’s master with them',
    'group-closed': 'the rules of its security group that let the workers in are gone',
  },
  change: async (lab, { variant }) => {
    const gateway = await masterGateway(lab)
    if (variant === 'deleted') {
      await lab.cloud(['is', 'endpoint-gateway-delete', gateway.id, '-f'])
      return
    }
    const group = groupOf(gateway)
    const rules = await rulesOf(lab, group)
    // A rule that goes gives its place to the next.
    for (const { id } of rules.toReversed()) await lab.cloud(['is', 'security-group-rule-delete', group, id])
  },
  // Groups know connections: what is open stays open, so what has to connect anew feels it.
  trigger: (lab, { node, variant }) => (variant === 'group-closed' ? lab.reboot(node) : Promise.resolve()),
  settleMs: () => 10 * minutes,
  undo: async (lab, { variant }) => {
    if (variant === 'deleted') {
      await lab.cloud(['ks', 'cluster', 'master', 'refresh', '--cluster', 'shop'])
      await lab.advance(refreshMs)
    } else {
      const group = groupOf(await masterGateway(lab))
      await lab.cloud(['ks', 'security-group', 'sync', '--cluster', 'shop', '--security-group', group])
    }
  },
  subjects: () => [clusterSubject],
}

/** Until the provider has made the gateway anew, and is done with the rest. */
const refreshMs = 40 * minutes

interface Gateway {
  readonly id: string
  readonly security_groups: readonly { readonly name: string }[]
}

interface Rule {
  readonly id: string
}

const groupOf = ({ security_groups: [group] }: Gateway): string => group?.name ?? ''

async function masterGateway(lab: LabControl): Promise<Gateway> {
  const { stdout } = await lab.cloud(['is', 'endpoint-gateways', '--output', 'json'])
  const [gateway = { id: '', security_groups: [] }] = JSON.parse(stdout) as readonly Gateway[] // as the VPC's API has them
  return gateway
}

async function rulesOf(lab: LabControl, group: string): Promise<readonly Rule[]> {
  const { stdout } = await lab.cloud(['is', 'security-group-rules', group, '--output', 'json'])
  return JSON.parse(stdout) as readonly Rule[] // as the VPC's API has them
}
