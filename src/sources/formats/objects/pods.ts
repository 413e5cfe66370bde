import type { CalicoComponent, ContainerRow, PodRow } from '#cluster/relations.ts'
import { atMs, defined } from '#sources/formats/objects/defined.ts'
import { podStatus } from '#sources/formats/objects/pod-status.ts'
import type { ContainerSpecObject, ContainerStatus, PodObject } from '#sources/formats/shapes.ts'

/** A Pod object as a row. */
export function podRow(pod: PodObject): PodRow {
  const { metadata, spec, status } = pod
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  return {
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    containers: containerRows(pod),
    ...defined({
      node: spec?.nodeName,
      component: componentOf(metadata.labels ?? {}),
      phase: status?.phase,
      status: podStatus(pod),
      ready: ready === undefined ? undefined : ready.status === 'True',
      ip: status?.podIP,
      hostNetwork: spec?.hostNetwork,
      createdAtMs: atMs(metadata.creationTimestamp),
      deleting: typeof metadata.deletionTimestamp === 'string' ? true : undefined,
      owner: ownerOf(metadata),
    }),
  }
}

/** Of a part of an object that shows no owner nobody knows whether it has one: every stored object has a uid. */
function ownerOf({ ownerReferences, uid }: PodObject['metadata']): string | undefined {
  const owner = ownerReferences?.find(({ controller }) => controller === true)
  if (owner === undefined) return typeof uid === 'string' ? 'none' : undefined
  const [group = ''] = (owner.apiVersion ?? '').split('/')
  const kind = ofKubernetes.has(group) ? owner.kind : `${owner.kind}.${group}`
  return `${kind}/${owner.name}`
}

/** Groups whose kinds own pods: of no name (nodes own static pods), of an object that does not say its version. */
const ofKubernetes: ReadonlySet<string> = new Set(['', 'v1', 'apps', 'batch', 'extensions'])

/** Components by their `k8s-app` label, the same in manifests and in the operator's renderings: projectcalico/calico:manifests/calico.yaml, tigera/operator:pkg/render. */
export const calicoComponents = [
  'calico-node',
  'calico-typha',
  'calico-kube-controllers',
  'tigera-operator',
] as const satisfies readonly CalicoComponent[]

const componentOf = (labels: Readonly<Record<string, string>>): CalicoComponent | undefined =>
  calicoComponents.find((name) => name === labels['k8s-app'])

function containerRows({ spec, status }: PodObject): readonly ContainerRow[] {
  const rows = (
    specs: readonly ContainerSpecObject[],
    statuses: readonly ContainerStatus[],
    init: boolean,
  ): readonly ContainerRow[] =>
    specs.map((container) =>
      containerRow(
        container,
        statuses.find(({ name }) => name === container.name),
        { init, pod: spec?.securityContext ?? undefined },
      ),
    )
  return [
    ...rows(spec?.initContainers ?? [], status?.initContainerStatuses ?? [], true),
    ...rows(spec?.containers ?? [], status?.containerStatuses ?? [], false),
  ]
}

interface Around {
  readonly init: boolean
  readonly pod: NonNullable<NonNullable<PodObject['spec']>['securityContext']> | undefined
}

function containerRow(
  container: ContainerSpecObject,
  status: ContainerStatus | undefined,
  { init, pod }: Around,
): ContainerRow {
  const own = container.securityContext
  const state = status?.state
  return {
    name: container.name,
    init,
    ...defined({
      image: container.image ?? status?.image,
      ready: status?.ready,
      restarts: status?.restartCount,
      state: stateOf(state),
      reason: state?.waiting?.reason ?? state?.terminated?.reason,
      message: state?.waiting?.message ?? state?.terminated?.message,
      startedAtMs: atMs(state?.running?.startedAt),
      lastTermination: lastTermination(status),
      // What the container says wins over what the pod says (core/v1 SecurityContext).
      runAsUser: own?.runAsUser ?? pod?.runAsUser,
      runAsGroup: own?.runAsGroup ?? pod?.runAsGroup,
      privileged: own?.privileged,
      cpuLimit: container.resources?.limits?.cpu,
      capabilities:
        own?.capabilities === undefined || own.capabilities === null
          ? undefined
          : { add: own.capabilities.add ?? [], drop: own.capabilities.drop ?? [] },
    }),
  }
}

function stateOf(state: ContainerStatus['state']): ContainerRow['state'] {
  if (state?.running) return 'running'
  if (state?.terminated) return 'terminated'
  return state?.waiting ? 'waiting' : undefined
}

function lastTermination(status: ContainerStatus | undefined): ContainerRow['lastTermination'] {
  const last = status?.lastState?.terminated ?? status?.state?.terminated
  if (last === undefined || last === null) return undefined
  return {
    reason: last.reason ?? '',
    exitCode: last.exitCode,
    ...defined({ finishedAtMs: atMs(last.finishedAt) }),
  }
}
