/** What the server adds to new objects by looking at others: admission plugins and allocators. */

import { rfc3339 } from '#base/clock.ts'
import { admitChangedNamespace, admitNewNamespace } from '#lab/api/admission/namespace.ts'
import { admitNode } from '#lab/api/admission/node.ts'
import { admitPod } from '#lab/api/admission/pod.ts'
import { admitService, keepServiceAddress } from '#lab/api/admission/service.ts'
import { admitClaim, admitVolume } from '#lab/api/admission/storage.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { forbidden, notFound } from '#lab/api/status.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

type Admit = (state: ApiState, object: JsonObject) => JsonObject

/** Completes a new object; throws Forbidden or Invalid. `object.metadata` has its name and namespace. */
export const admitNew = (state: ApiState, def: ResourceDef, object: JsonObject): JsonObject =>
  creations[def.bucket]?.(state, object) ?? object

/** Completes a changed object. */
export const admitChange = (
  state: ApiState,
  def: ResourceDef,
  o: { readonly old: JsonObject; readonly next: JsonObject },
): JsonObject => changes[def.bucket]?.(state, o.old, o.next) ?? o.next

const creations: Readonly<Record<string, Admit>> = {
  '/nodes': admitNode,
  '/pods': admitPod,
  '/services': admitService,
  '/persistentvolumeclaims': admitClaim,
  '/persistentvolumes': admitVolume,
  '/namespaces': (_state, object) => admitNewNamespace(object),
  'apps/daemonsets': (_state, object) => annotated(object, '1'),
  'apiextensions.k8s.io/customresourcedefinitions': established,
}

const changes: Readonly<Record<string, (state: ApiState, old: JsonObject, next: JsonObject) => JsonObject>> =
  {
    '/services': (state, old, next) => admitService(state, keepServiceAddress(old, next)),
    '/namespaces': (_state, old, next) => admitChangedNamespace(old, next),
    'apiextensions.k8s.io/customresourcedefinitions': (_state, old, next) =>
      old.spec === next.spec ? next : renamed(next),
    'apps/daemonsets': (_state, old, next) => {
      const template = (of: JsonObject): unknown => asObject(of.spec).template
      const before = Number(asObject(asObject(old.metadata).annotations)[templateGeneration] ?? 1)
      return annotated(next, String(template(old) === template(next) ? before : before + 1))
    },
  }

const templateGeneration = 'deprecated.daemonset.template.generation'

function annotated(object: JsonObject, generation: string): JsonObject {
  const metadata = asObject(object.metadata)
  const annotations = asObject(metadata.annotations)
  return annotations[templateGeneration] === generation
    ? object
    : {
        ...object,
        metadata: { ...metadata, annotations: { ...annotations, [templateGeneration]: generation } },
      }
}

/** A changed definition: its names are taken as they come, and a new storage version is remembered beside the old ones. */
function renamed(object: JsonObject): JsonObject {
  const spec = asObject(object.spec)
  const status = asObject(object.status)
  const stored = new Set([...asList(status.storedVersions), ...storageVersions(spec)])
  return { ...object, status: { ...status, acceptedNames: spec.names, storedVersions: [...stored] } }
}

const storageVersions = (spec: JsonObject): readonly unknown[] =>
  asList(spec.versions)
    .map(asObject)
    .filter((version) => version.storage === true)
    .map((version) => version.name)

/** Accepted at once; a real server takes some hundred milliseconds for it. */
function established(state: ApiState, object: JsonObject): JsonObject {
  const spec = asObject(object.spec)
  const time = rfc3339(state.now())
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    lastTransitionTime: time,
    message,
    reason,
    status: 'True',
    type,
  })
  return {
    ...object,
    status: {
      acceptedNames: spec.names,
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      storedVersions: storageVersions(spec),
    },
  }
}

/**
 * Refuses a new object in a namespace that is missing or goes away:
 * staging:apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
 */
export function admitNamespace(
  { store }: ApiState,
  def: ResourceDef,
  o: { readonly namespace: string; readonly name: string },
): void {
  const namespace = store.get('/namespaces', o.namespace)
  if (namespace === undefined) throw notFound({ group: '', resource: 'namespaces' }, o.namespace)
  if (namespace.metadata.deletionTimestamp === undefined) return
  const why = `unable to create new content in namespace ${o.namespace} because it is being terminated`
  throw forbidden(def, o.name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${o.namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ])
}
