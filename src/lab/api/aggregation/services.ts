/**
 * APIServices: which server answers for a group and version. Those of the server itself are registered by it, for built-in
 * types at once and for custom ones with their definition.
 *
 * @see kubernetes/kubernetes:pkg/controlplane/apiserver/aggregator.go, staging/src/k8s.io/kube-aggregator/pkg/controllers/autoregister
 */
import { rfc3339 } from '#base/clock.ts'
import { asList, asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { keyOf, type Store, type Stored } from '#lab/api/store.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

export const apiServiceBucket = 'apiregistration.k8s.io/apiservices'
const crdBucket = 'apiextensions.k8s.io/customresourcedefinitions'

/** A group and version that another server answers for. */
export interface Remote {
  readonly name: string // v3.projectcalico.org
  readonly group: string
  readonly version: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  /** PEM; empty with `insecureSkipTLSVerify`. */
  readonly authorities: string
  readonly verify: boolean
  readonly available: boolean
  readonly object: Stored
}

/** The remote APIServices by `group/version`, kept up to date. */
export function remoteServices(store: Store): () => ReadonlyMap<string, Remote> {
  let known: ReadonlyMap<string, Remote> | undefined
  store.watch(apiServiceBucket, {}, store.revision, () => {
    known = undefined
  })
  return () => {
    known ??= new Map(
      store
        .list(apiServiceBucket)
        .flatMap(remoteOf)
        .map((remote) => [`${remote.group}/${remote.version}`, remote]),
    )
    return known
  }
}

export function remoteOf(object: Stored): readonly Remote[] {
  const spec = asObject(object.spec)
  if (!isObject(spec.service)) return []
  const { namespace, name, port } = spec.service
  return [
    {
      name: object.metadata.name,
      group: String(spec.group ?? ''),
      version: String(spec.version),
      service: { namespace: String(namespace), name: String(name), port: Number(port ?? 443) },
      authorities: Buffer.from(String(spec.caBundle ?? ''), 'base64').toString(),
      verify: spec.insecureSkipTLSVerify !== true,
      available: conditionOf(object)?.status === 'True',
      object,
    },
  ]
}

/** The condition Available. */
export const conditionOf = (object: Stored): JsonObject | undefined =>
  asList(at(object, 'status.conditions'))
    .map(asObject)
    .find(({ type }) => type === 'Available')

/** Registers what this server itself answers for; those of custom types come and go with their definitions. */
export function registerLocal(state: ApiState): void {
  const { store, registry } = state
  const seen = new Set<string>()
  for (const { group, version, columns } of registry.all()) {
    const key = `${group}/${version}`
    if (seen.has(key) || columns !== undefined) continue
    seen.add(key)
    register(state, { group, version, automanaged: 'onstart', ...builtIn(group) })
  }
  const custom = (crd: Stored): readonly string[] =>
    asList(at(crd, 'spec.versions'))
      .map(asObject)
      .filter(({ served }) => served !== false)
      .map(({ name }) => String(name))
  store.watch(crdBucket, {}, 0, ({ type, object }) => {
    const group = String(at(object, 'spec.group'))
    for (const version of custom(object)) {
      const others = store
        .list(crdBucket)
        .some((crd) => at(crd, 'spec.group') === group && custom(crd).includes(version))
      if (type !== 'DELETED')
        register(state, { group, version, automanaged: 'true', minimum: 1000, priority: 100 })
      else if (!others) store.remove(apiServiceBucket, `${version}.${group}`)
    }
  })
}

interface Local {
  readonly group: string
  readonly version: string
  readonly automanaged: 'onstart' | 'true'
  readonly minimum: number
  readonly priority: number
}

/** pkg/controlplane/apiserver/aggregator.go (apiVersionPriorities): what decides the order of discovery. */
function builtIn(group: string): { readonly minimum: number; readonly priority: number } {
  return { minimum: minimums[group] ?? 17_000, priority: group === '' ? 1 : 15 }
}

const minimums: Readonly<Record<string, number>> = {
  '': 18_000,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  apps: 17_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'discovery.k8s.io': 16_200,
}

function register(
  { store, random, now }: ApiState,
  { group, version, automanaged, minimum, priority }: Local,
): void {
  const name = `${version}.${group}`
  if (group === 'apiregistration.k8s.io' || store.get(apiServiceBucket, keyOf(undefined, name)) !== undefined)
    return
  const time = rfc3339(now())
  store.put(apiServiceBucket, name, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name,
      uid: random.uuid(),
      resourceVersion: '',
      creationTimestamp: time,
      labels: { 'kube-aggregator.kubernetes.io/automanaged': automanaged },
    },
    spec: {
      ...(group === '' ? {} : { group }),
      groupPriorityMinimum: minimum,
      version,
      versionPriority: priority,
    },
    status: {
      conditions: [
        {
          lastTransitionTime: time,
          message: 'Local APIServices are always available',
          reason: 'Local',
          status: 'True',
          type: 'Available',
        },
      ],
    },
  })
}
