/** What people do to Calico through the Kubernetes API, for faults: changes that an engineer would make with kubectl. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { KubeError, resources } from '#lab/api/ports.ts'
import type { LabControl } from '#lab/fault.ts'
import { calicoDaemonSet } from '#lab/owner-acts.ts'

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

/** The cluster's BGPConfiguration is made; where somebody has one already, this is added to what stands there. */
export async function setBgpConfiguration({ kube }: LabControl, spec: object): Promise<void> {
  const ref = { type: resources.bgpConfigurations, name: 'default' }
  try {
    await kube.create(ref.type, calicoObject('BGPConfiguration', ref.name, spec))
  } catch (error) {
    if (!(error instanceof KubeError && error.reason === 'AlreadyExists')) throw error
    await kube.patch(ref, { type: 'merge', body: { spec } })
  }
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
