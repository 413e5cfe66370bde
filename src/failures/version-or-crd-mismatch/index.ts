import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type MismatchState } from '#failures/version-or-crd-mismatch/detect.ts'

export const mode: Mode<MismatchState> = {
  id: 'version-or-crd-mismatch',
  title: 'CRDs, manifest, Calico and Kubernetes do not fit each other',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'resource-refused',
    'operator-degraded',
    'calico-node-start-failing',
    'calico-node-not-ready',
    'bgp-session-down',
    'bird-not-running',
    'pods-not-ready-on-node',
    'calico-pods-not-created',
    'calico-node-missing-on-node',
    'sandbox-creation-failing',
    'access-refused',
    'address-assignment-failing',
    'typha-unreachable',
  ],
  traffic:
    'What was programmed before the change goes on; what the missing kind or field is for does not happen.',
  prevent: [
    'Apply the CRDs of the target version before its operator, chart or manifest.',
    'Look up in Calico’s system requirements which Kubernetes versions a release was tested with.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['versions'],
      why: 'which versions of Calico, its images and Kubernetes meet here',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether a kind is unknown to the API server',
      command: ({ namespace, pod }) =>
        `kubectl get crds | grep -E 'projectcalico|tigera'; kubectl logs -n ${namespace} ${pod} --all-containers --tail=2000 | grep -E 'could not find|no matches for kind|not installed'`,
      cost: 2,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the API server answers to the manifest, field by field',
      command: 'kubectl apply --server-side --dry-run=server -f <manifest-of-this-release>',
      cost: 2,
    }),
  ],
}
