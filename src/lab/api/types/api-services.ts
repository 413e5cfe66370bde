/**
 * The APIService of every group and version that this server serves itself: kube-aggregator's autoregister controller and
 * kubernetes/kubernetes:pkg/controlplane/apiserver/aggregator.go. Those of other servers are objects that somebody creates.
 */
import { rfc3339 } from '#base/clock.ts'
import type { Stored } from '#lab/api/store.ts'
import { groupVersion } from '#lab/api/types/resource-def.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

const bucket = 'apiregistration.k8s.io/apiservices'
const managed = 'kube-aggregator.kubernetes.io/automanaged'

/** Highest first; groups that are not named are custom ones. */
const priorities: Readonly<Record<string, readonly [group: number, version: number]>> = {
  '': [18_000, 1],
  apps: [17_800, 15],
  'events.k8s.io': [17_750, 5],
  'authentication.k8s.io': [17_700, 15],
  'authorization.k8s.io': [17_600, 15],
  autoscaling: [17_500, 15],
  batch: [17_400, 15],
  'certificates.k8s.io': [17_300, 15],
  'networking.k8s.io': [17_200, 15],
  policy: [17_100, 15],
  'rbac.authorization.k8s.io': [17_000, 15],
  'storage.k8s.io': [16_800, 15],
  'apiextensions.k8s.io': [16_700, 15],
  'admissionregistration.k8s.io': [16_700, 15],
  'scheduling.k8s.io': [16_600, 15],
  'coordination.k8s.io': [16_500, 15],
  'node.k8s.io': [16_300, 15],
  'discovery.k8s.io': [16_200, 12],
  'flowcontrol.apiserver.k8s.io': [16_100, 21],
}

/** Creates those that are missing, and removes those of custom types that are no longer served. */
export function registerApiServices(state: ApiState): void {
  const served = new Map(
    state.registry
      .all()
      .filter(({ group }) => group !== 'apiregistration.k8s.io')
      .map((def) => [`${def.version}.${def.group}`, def]),
  )
  for (const [name, { group, version }] of served)
    if (state.store.get(bucket, name) === undefined)
      state.store.put(bucket, name, localService(state, name, { group, version }))
  for (const { metadata } of state.store.list(bucket, { test: isAutomatic }))
    if (!served.has(metadata.name)) state.store.remove(bucket, metadata.name)
}

const isAutomatic = (object: Stored): boolean => object.metadata.labels?.[managed] === 'true'

function localService(
  { now, random }: ApiState,
  name: string,
  gv: { readonly group: string; readonly version: string },
): Stored {
  const own = priorities[gv.group]
  const [groupPriorityMinimum, versionPriority] = own ?? [1000, 100]
  return {
    apiVersion: groupVersion({ group: 'apiregistration.k8s.io', version: 'v1' }),
    kind: 'APIService',
    metadata: {
      name,
      uid: random.uuid(),
      resourceVersion: '',
      creationTimestamp: rfc3339(now()),
      labels: { [managed]: own === undefined ? 'true' : 'onstart' },
    },
    spec: {
      ...(gv.group === '' ? {} : { group: gv.group }),
      groupPriorityMinimum,
      version: gv.version,
      versionPriority,
    },
    status: {
      conditions: [
        {
          lastTransitionTime: rfc3339(now()),
          message: 'Local APIServices are always available',
          reason: 'Local',
          status: 'True',
          type: 'Available',
        },
      ],
    },
  }
}
