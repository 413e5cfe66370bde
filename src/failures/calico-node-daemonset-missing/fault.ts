import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { calicoDaemonSet, deletePods, draftOf } from '#lab/owner-acts.ts'

const minutes = 60_000

/** Where the owner of a cluster by manifest keeps what is applied, on the first control-plane node. */
const manifests = '/root/calico'

/**
 * The owner wants a label in the selector, which may not be changed, so that the object has to be replaced by force: that deletes
 * first, and only then does the API server see that the pods of the new one would lack the label.
 */
const replaceByForce = `mkdir -p ${manifests}
cd ${manifests}
kubectl -n kube-system apply view-last-applied daemonset/calico-node -o yaml > calico-node.yaml
sed -i 's/^    matchLabels:$/&\n      team: network/' calico-node.yaml
kubectl replace --force -f calico-node.yaml > replace.log 2>&1 || true`

/**
 * Somebody deletes the DaemonSet, and the garbage collector takes its pods. In a cluster by manifest nobody makes it again, on IKS
 * not before the next refresh of the master; the operator makes it again at once, unless it rests. Or its pods stay, as orphans, for
 * as long as nobody touches them.
 */
export const fault: Fault<KubeObject> = {
  flavours: ['plain', 'hardened', 'iks-classic'],
  only: { 'replace-rejected': ['plain', 'hardened'], 'operator-at-rest': ['operator', 'iks-vpc'] },
  variants: {
    deleted: 'kubectl delete daemonset calico-node',
    'replace-rejected':
      'kubectl replace --force deletes the DaemonSet, and what was to come in its place is invalid',
    'operator-at-rest': 'the operator was scaled to nothing, and then the DaemonSet is deleted',
    orphaned:
      'kubectl delete --cascade=orphan lets its pods run on, and who deletes one to have it started anew gets none',
  },
  change: async (lab, { variant }) => {
    if (variant === 'operator-at-rest') {
      await scaleOperator(lab, 0)
      await lab.advance(2 * minutes)
    }
    const set = await calicoDaemonSet(lab)
    const { name, namespace = '' } = set.metadata
    if (variant === 'replace-rejected') await lab.exec(controlPlane(lab), replaceByForce)
    else
      await lab.kube.delete(
        { type: resources.daemonSets, namespace, name },
        { orphansStay: variant === 'orphaned' },
      )
    return set
  },
  trigger: async (lab, { node, variant }) => {
    if (variant !== 'orphaned') return
    await lab.advance(minutes)
    await deletePods(lab, { namespace: 'kube-system', labelSelector: 'k8s-app=calico-node', node })
  },
  settleMs: () => 5 * minutes,
  undo: async (lab, { variant }, object) => {
    if (variant === 'operator-at-rest') return scaleOperator(lab, 1)
    if (variant === 'replace-rejected') await lab.exec(controlPlane(lab), `rm -r ${manifests}`)
    await lab.kube.create(resources.daemonSets, draftOf(object))
  },
  subjects: () => [clusterSubject],
}

const controlPlane = (lab: LabControl): string => lab.nodes[0] as string // a lab of an owner's own begins with it

const scaleOperator = (lab: LabControl, replicas: number): Promise<void> =>
  lab.kube.patch(
    { type: resources.deployments, namespace: 'tigera-operator', name: 'tigera-operator' },
    { type: 'merge', body: { spec: { replicas } } },
  )
