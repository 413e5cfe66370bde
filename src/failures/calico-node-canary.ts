import { type ObjectRef, resources } from '#lab/api/ports.ts'
import type { LabControl } from '#lab/fault.ts'
import { calicoDaemonSet, restartCalicoNode } from '#lab/owner-acts.ts'

/** A part of a pod template, as a strategic merge patch has it: containers are told apart by their names. */
export interface TemplatePatch {
  readonly containers?: readonly object[]
}

/**
 * Changes calico-node's template for one node first, as careful people do: nothing is replaced by itself (OnDelete), and the
 * pod of that node is deleted. Only for clusters by manifest: an operator would take it back.
 */
export async function tryOnOneNode(lab: LabControl, node: string, patch: TemplatePatch): Promise<void> {
  await change(lab, { type: 'OnDelete', rollingUpdate: null }, patch)
  await restartCalicoNode(lab, node)
}

/** The template as it was, rolled out as always; the pod of that node is made anew at once. */
export async function takeBack(lab: LabControl, node: string, patch: TemplatePatch): Promise<void> {
  await change(lab, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } }, patch)
  await restartCalicoNode(lab, node)
}

async function change(lab: LabControl, updateStrategy: object, spec: TemplatePatch): Promise<void> {
  const { namespace = '', name } = (await calicoDaemonSet(lab)).metadata
  const ref: ObjectRef = { type: resources.daemonSets, namespace, name }
  await lab.kube.patch(ref, { type: 'strategic', body: { spec: { updateStrategy, template: { spec } } } })
}
