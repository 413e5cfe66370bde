import { assert } from '#base/assert.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import type { ResourceType } from '#lab/api/ports.ts'
import type { Fault } from '#lab/fault.ts'
import { draftOf, restartCalicoNode, taken } from '#lab/owner-acts.ts'

const definitions: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
}

const missing: Readonly<Record<string, string>> = {
  'without-tiers': 'tiers.crd.projectcalico.org',
  'without-cluster-information': 'clusterinformations.crd.projectcalico.org',
}

/** The cluster's CRDs are of an older release than its calico-node, which asks for a kind that there is not. */
export const fault: Fault<KubeObject> = {
  flavours: ['plain', 'hardened', 'iks-classic'],
  only: { 'without-tiers': ['plain', 'hardened'] }, // the Calico of iks-classic is 3.26, and 3.29 brought tiers
  variants: {
    'without-tiers': 'there is no CRD of tiers, which start-up writes',
    'without-cluster-information':
      'there is no CRD of ClusterInformation, which start-up and the CNI plugin read',
  },
  change: (lab, { variant }) => taken(lab, { type: definitions, name: definitionOf(variant) }),
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 10 * 60_000,
  undo: (lab, _, definition) => lab.kube.create(definitions, draftOf(definition)),
  subjects: () => [clusterSubject],
}

function definitionOf(variant: string): string {
  const found = missing[variant]
  assert(found !== undefined, `a variant of the fault, not ${variant}`)
  return found
}
