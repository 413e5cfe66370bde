import { assert } from '#base/assert.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { type ObjectRef, type ResourceType, resources } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const policies: ResourceType = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  resource: 'globalnetworkpolicies',
}

const policy = { type: policies, name: 'default-deny' }

/**
 * Somebody begins with "deny all", and forgets what has to be allowed then: DNS, the API server, the application itself. Or
 * somebody tidies up the labels of a worker's HostEndpoint, by which the provider's policies know it.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  only: { 'endpoint-role': ['roks', 'iks-vpc'] },
  variants: {
    'deny-all': 'a GlobalNetworkPolicy denies all that pods receive and send',
    egress: 'a GlobalNetworkPolicy denies all that pods send, DNS included',
    'endpoint-role':
      'a worker’s HostEndpoint loses its label ibm.role, so that no policy allows anything there',
  },
  change: async (lab, { node, variant }) => {
    if (variant === 'endpoint-role') return relabel(lab, node, null)
    const types = variant === 'egress' ? ['Egress'] : ['Ingress', 'Egress']
    const spec = { selector: 'all()', types }
    await lab.kube.create(policies, calicoObject('GlobalNetworkPolicy', policy.name, spec))
  },
  // What is established stays open; an update that restarts the kubelet has it connect anew.
  trigger: async (lab, { node, variant }) => {
    if (variant === 'endpoint-role') await lab.exec(node, 'sleep 5; systemctl restart kubelet')
  },
  settleMs: () => 8 * 60_000,
  undo: async (lab, { node, variant }) => {
    if (variant === 'endpoint-role') return relabel(lab, node, 'worker_private')
    await lab.kube.delete(policy)
  },
  subjects: () => [clusterSubject],
}

const relabel = async (lab: LabControl, node: string, role: string | null): Promise<void> =>
  lab.kube.patch(await privateEndpoint(lab, node), {
    type: 'merge',
    body: { metadata: { labels: { 'ibm.role': role } } },
  })

async function privateEndpoint(lab: LabControl, node: string): Promise<ObjectRef> {
  const endpoints = await lab.kube.list<HostEndpoint>({ type: resources.hostEndpoints })
  const found = endpoints.find(
    ({ metadata, spec }) => spec.node === node && metadata.name.endsWith('-private'),
  )
  assert(found !== undefined, 'a worker of the provider has a HostEndpoint for its private interface')
  return { type: resources.hostEndpoints, name: found.metadata.name }
}

interface HostEndpoint extends KubeObject {
  readonly spec: { readonly node: string }
}
