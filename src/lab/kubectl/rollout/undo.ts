/** `kubectl rollout undo`: kubernetes/kubectl:pkg/polymorphichelpers/rollback.go. */
import { asObject, at, type JsonObject } from '#lab/api/json.ts'
import { metadataOf, nameOf } from '#lab/kubectl/client.ts'
import { goJson } from '#lab/kubectl/jsonpath/find.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import { type Revision, revisionsOf } from '#lab/kubectl/rollout/revisions.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'
import { dryRunOf, oneOf, patchObject, told } from '#lab/kubectl/write.ts'

const hashLabel = 'pod-template-hash'

/** Brings an object's template back to an earlier revision: the last one unless `--to-revision` says which. */
export async function undo(run: Run, each: Found): Promise<void> {
  const asked = run.flags.int('to-revision') ?? 0
  const revision = chosen(await revisionsOf(run, each), asked, each)
  if (dryRunOf(run) === 'client')
    throw new KubectlError('this kubectl rolls back on the server: use --dry-run=server')
  const isDeployment = each.resource.kind === 'Deployment'
  if (isDeployment && at(each.object, 'spec.paused') === true)
    throw new KubectlError(
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    )
  const template = withoutHash(revision.template)
  if (goJson(template) === goJson(withoutHash(asObject(at(each.object, 'spec.template'))))) {
    told(run, each.object, `skipped rollback (current template already matches revision ${asked})`)
    return
  }
  const annotations = annotationsOf(each.object, revision.keeper)
  const patch = isDeployment
    ? {
        kind: 'json' as const,
        body: [
          { op: 'replace', path: '/spec/template', value: template },
          { op: 'replace', path: '/metadata/annotations', value: annotations },
        ],
      }
    : { kind: 'strategic' as const, body: asObject(revision.keeper['data']) }
  await patchObject(run, oneOf(each), patch).catch((error: unknown) => {
    throw error instanceof StatusError
      ? new KubectlError(`failed restoring revision ${asked}: ${error.message}`)
      : error
  })
  told(run, each.object, 'rolled back')
}

function chosen(revisions: readonly Revision[], asked: number, { resource, object }: Found): Revision {
  const found = asked > 0 ? revisions.find(({ number }) => number === asked) : revisions.at(-2)
  if (found !== undefined) return found
  if (asked > 0) throw new KubectlError(`unable to find specified revision ${asked} in history`)
  throw new KubectlError(
    resource.kind === 'Deployment'
      ? `no rollout history found for deployment ${JSON.stringify(nameOf(object))}`
      : 'no last revision to roll back to',
  )
}

function withoutHash(template: JsonObject): JsonObject {
  const { [hashLabel]: _, ...labels } = asObject(metadataOf(template)['labels'])
  return { ...template, metadata: { ...metadataOf(template), labels } }
}

/** These stay the Deployment's; the rest comes from the revision. */
const kept = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]

function annotationsOf(owner: JsonObject, keeper: JsonObject): JsonObject {
  const of = (object: JsonObject, own: boolean): readonly (readonly [string, unknown])[] =>
    Object.entries(asObject(metadataOf(object)['annotations'])).filter(([key]) => kept.includes(key) === own)
  return Object.fromEntries([...of(owner, true), ...of(keeper, false)])
}
