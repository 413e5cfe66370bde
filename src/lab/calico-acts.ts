/** What people do to Calico through the Kubernetes API, for faults: changes that an engineer would make with kubectl. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { KubeError, type ListQuery, resources } from '#lab/api/ports.ts'
import type { LabControl } from '#lab/fault.ts'

/** Calico's resources as the cluster stores them: `crd.projectcalico.org/v1`, without metadata that the server gives. */
export const calicoObject = (
  kind: string,
  name: string,
  spec: object,
): Draft<KubeObject> & { readonly spec: object } => ({
  apiVersion: 'crd.projectcalico.org/v1',
  kind,
  metadata: { name },
  spec,
})

/** Where the DaemonSet is: kube-system by manifest, calico-system by operator. */
export async function calicoDaemonSet(lab: LabControl): Promise<KubeObject> {
  const all = await lab.kube.list({ type: resources.daemonSets })
  const found = all.find(({ metadata }) => metadata.name === 'calico-node')
  if (found === undefined) throw new Error('the lab has no DaemonSet calico-node')
  return found
}

/** `kubectl set env daemonset/calico-node -c calico-node NAME=value`; `null` takes the variable away. The DaemonSet rolls. */
export async function setCalicoEnv(
  lab: LabControl,
  env: Readonly<Record<string, string | null>>,
): Promise<void> {
  const { metadata } = await calicoDaemonSet(lab)
  const entries = Object.entries(env).map(([name, value]) =>
    value === null ? { $patch: 'delete', name } : { name, value },
  )
  const container = { name: 'calico-node', env: entries }
  await lab.kube.patch(
    { type: resources.daemonSets, name: metadata.name, namespace: metadata.namespace as string }, // as stored
    { type: 'strategic', body: { spec: { template: { spec: { containers: [container] } } } } },
  )
}

/** Deletes the pods of calico-node: on all nodes, or on some. */
export async function restartCalicoNode(
  lab: LabControl,
  nodes: readonly string[] = lab.nodes,
): Promise<void> {
  const { metadata } = await calicoDaemonSet(lab)
  const query: ListQuery = {
    type: resources.pods,
    labelSelector: 'k8s-app=calico-node',
    ...(metadata.namespace && { namespace: metadata.namespace }),
  }
  for (const pod of await lab.kube.list<KubeObject & { spec: { nodeName?: string } }>(query))
    if (nodes.includes(pod.spec.nodeName ?? '')) await deleted(lab, pod)
}

/** Annotates a node; `null` takes an annotation away. */
export const annotateNode = (
  lab: LabControl,
  node: string,
  annotations: Readonly<Record<string, string | null>>,
): Promise<void> =>
  lab.kube.patch(
    { type: resources.nodes, name: node },
    { type: 'merge', body: { metadata: { annotations } } },
  )

/** A rollout may have been quicker. */
async function deleted(lab: LabControl, pod: KubeObject): Promise<void> {
  try {
    await lab.kube.delete({ type: resources.pods, ...named(pod) })
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 404) throw error
  }
}

const named = ({ metadata }: KubeObject) => ({
  name: metadata.name,
  ...(metadata.namespace && { namespace: metadata.namespace }),
})
