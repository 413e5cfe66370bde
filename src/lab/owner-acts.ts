import { assert } from '#base/assert.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type ObjectRef, resources } from '#lab/api/ports.ts'
import type { LabControl } from '#lab/fault.ts'

/** What an object's owner keeps in a file: without what the server wrote. */
export function draftOf({ metadata, ...rest }: KubeObject): Draft<KubeObject> {
  const { name, namespace, labels, annotations } = metadata
  const kept = {
    name,
    ...(namespace && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  }
  const { status: _, ...body } = rest as { readonly status?: unknown } & typeof rest // what kind may have one does not matter
  return { ...body, metadata: kept }
}

/** Deletes an object and answers what was there, for {@link draftOf}. */
export async function taken(lab: LabControl, ref: ObjectRef): Promise<KubeObject> {
  const object = await lab.kube.get(ref)
  await lab.kube.delete(ref)
  return object
}

/** Deletes an object where it (still) is. */
export async function removed(lab: LabControl, ref: ObjectRef): Promise<void> {
  try {
    await lab.kube.delete(ref)
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
  }
}

/** The address of a machine's first card, whether it is a node or not. */
export async function addressOf(lab: LabControl, machine: string): Promise<string> {
  const { stdout } = await lab.exec(
    machine,
    "ip -4 -o addr show dev eth0 | sed -n 's/.* inet \\([0-9.]*\\).*/\\1/p'",
  )
  return stdout.trim()
}

/** The clock of a node: what the owner dates certificates by. In ms since 1970, to the second. */
export const timeOf = async (lab: LabControl): Promise<number> =>
  Number((await lab.exec(lab.nodes[0] as string, 'date +%s')).stdout) * 1000 // a lab has a node

/** Calico's DaemonSet, in kube-system by manifest and in calico-system by operator. */
export async function calicoDaemonSet(lab: LabControl): Promise<KubeObject> {
  const sets = await lab.kube.list({ type: resources.daemonSets })
  const found = sets.find(({ metadata }) => metadata.name === 'calico-node')
  assert(found !== undefined, 'a cluster with Calico has a DaemonSet calico-node')
  return found
}

/** Where calico-node's DaemonSet is. */
export async function calicoNamespace(lab: LabControl): Promise<string> {
  const { namespace } = (await calicoDaemonSet(lab)).metadata
  assert(namespace !== undefined, 'a DaemonSet has a namespace')
  return namespace
}

/** Restarts the pods of a namespace, as `kubectl delete pod -l …` does; on one node only, where it is named. */
export async function deletePods(
  lab: LabControl,
  o: { readonly namespace: string; readonly labelSelector?: string; readonly node?: string },
): Promise<void> {
  const { node, ...query } = o
  const fieldSelector = node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }
  const pods = await lab.kube.list({ type: resources.pods, ...query, ...fieldSelector })
  for (const { metadata } of pods)
    await removed(lab, { type: resources.pods, namespace: o.namespace, name: metadata.name })
}

/** Restarts calico-node, on one node or on all. */
export async function restartCalicoNode(lab: LabControl, node?: string): Promise<void> {
  const namespace = await calicoNamespace(lab)
  await deletePods(lab, {
    namespace,
    labelSelector: 'k8s-app=calico-node',
    ...(node === undefined ? {} : { node }),
  })
}

/** A rollout of the lab's application: its pods are deleted, and new ones start everywhere. */
export const rollOutWorkload = (lab: LabControl): Promise<void> => deletePods(lab, { namespace: 'shop' })
