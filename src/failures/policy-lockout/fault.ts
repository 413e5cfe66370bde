import { clusterSubject } from '#cluster/subjects.ts'
import type { ResourceType } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault } from '#lab/fault.ts'

const policies: ResourceType = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  resource: 'globalnetworkpolicies',
}

const policy = { type: policies, name: 'default-deny' }

/** Somebody begins with "deny all", and forgets what has to be allowed then: DNS, the API server, the application itself. */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'deny-all': 'a GlobalNetworkPolicy denies all that pods receive and send',
    egress: 'a GlobalNetworkPolicy denies all that pods send, DNS included',
  },
  change: async ({ kube }, { variant }) => {
    const types = variant === 'egress' ? ['Egress'] : ['Ingress', 'Egress']
    const spec = { selector: 'all()', types }
    await kube.create(policies, calicoObject('GlobalNetworkPolicy', policy.name, spec))
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: ({ kube }) => kube.delete(policy),
  subjects: () => [clusterSubject],
}
