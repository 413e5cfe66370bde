/** A DaemonSet's past templates as ControllerRevisions: kubernetes/kubernetes:pkg/controller/daemon/update.go. Not imitated: hash collisions. */
import type { KubeClient } from '#lab/api/client.ts'
import type { ControllerRevision, DaemonSet, Draft, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import { ownedBy } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

export const hashLabel = 'controller-revision-hash'

interface HistoryInput {
  readonly kube: KubeClient
  readonly set: DaemonSet
  readonly hash: string
  /** The set's own revisions. */
  readonly revisions: readonly ControllerRevision[]
}

/** The present template has the highest number, one that comes back (`rollout undo`) too. */
export async function keepRevision({ kube, set, hash, revisions }: HistoryInput): Promise<void> {
  const name = `${set.metadata.name}-${hash}`
  const current = revisions.find(({ metadata }) => metadata.name === name)
  const others = revisions.filter((each) => each !== current)
  const next = Math.max(0, ...others.map(({ revision }) => revision)) + 1
  if (current !== undefined && current.revision >= next) return
  if (current !== undefined) {
    await kube.update<ControllerRevision>(resources.controllerRevisions, { ...current, revision: next })
    return
  }
  const { annotations } = set.metadata
  const draft: Draft<ControllerRevision> = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      ...space(set),
      labels: { ...set.spec.template.metadata?.labels, [hashLabel]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [ownedBy(set)],
    },
    data: { spec: { template: { $patch: 'replace', ...set.spec.template } } },
    revision: next,
  }
  await unless('AlreadyExists', kube.create<ControllerRevision>(resources.controllerRevisions, draft))
}

/** Deletes the oldest revisions that no pod has, beyond the limit (default 10). */
export async function trimHistory(
  { kube, set, hash, revisions }: HistoryInput,
  pods: readonly Pod[],
): Promise<void> {
  const live = new Set([hash, ...pods.map(({ metadata }) => metadata.labels?.[hashLabel])])
  const old = revisions
    .filter(({ metadata }) => !live.has(metadata.labels?.[hashLabel]))
    .sort((a, b) => a.revision - b.revision)
  const surplus = Math.max(0, old.length - (set.spec.revisionHistoryLimit ?? 10))
  for (const { metadata } of old.slice(0, surplus))
    await unless(
      'NotFound',
      kube.delete({ type: resources.controllerRevisions, ...space(set), name: metadata.name }),
    )
}
