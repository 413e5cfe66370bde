/**
 * Gives each namespace its users, groups and SELinux level: openshift/cluster-policy-controller:pkg/security/controller/namespace_scc_allocation_controller.go,
 * pkg/security/mcs/label.go.
 *
 * Not imitated: the RangeAllocation in which it keeps what is taken (it reads the namespaces instead, as its repair does), a range of the owner's own.
 */
import {
  block,
  groupsAnnotation,
  mcsAnnotation,
  uidRangeAnnotation,
} from '#lab/api/admission/scc/allocated.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import { ControllerKit } from '#lab/controllers/kit.ts'
import type { Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { masterPort } from '#lab/ibm/account.ts'

const account = 'namespace-security-allocation-controller'
const accountNamespace = 'openshift-infra'

/** pkg/cmd/cluster-policy-controller/openshiftcontrolplane_config.go */
const uids = { start: 1_000_000_000, size: 10_000 }
const labelsPerProject = 5
const categoriesMax = 1024

export const clusterPolicyController: Program = (p) => {
  const kit = ControllerKit.of(p, {
    server: `127.0.0.1:${masterPort}`,
    user: `system:serviceaccount:${accountNamespace}:${account}`,
  })
  const namespaces = kit.cache<KubeObject>(resources.namespaces, ({ type, object }) => {
    if (type !== 'DELETED') queue.add(object.metadata.name)
  })
  /** Of namespaces that were given something, and whose annotations have not come back yet. */
  const given = new Set<number>()
  const queue = kit.controller(account, [namespaces], async (name, kube) => {
    const namespace = namespaces.get(name)
    if (namespace === undefined || offsetOf(namespace) !== undefined) return
    const taken = new Set([...given, ...namespaces.list().map(offsetOf)])
    let offset = 0
    while (taken.has(offset)) offset++
    given.add(offset)
    const { annotations = {} } = namespace.metadata
    const range = `${uids.start + offset * uids.size}/${uids.size}`
    const body = {
      metadata: {
        annotations: {
          [uidRangeAnnotation]: range,
          [groupsAnnotation]: range,
          ...(annotations[mcsAnnotation] === undefined ? { [mcsAnnotation]: mcsLabel(offset) } : {}),
        },
      },
    }
    const ref = { type: resources.namespaces, name }
    await unless('NotFound', kube.patch(ref, { type: 'strategic', body }))
  })
  return untilTerminated(p)
}

/** Which block of the range a namespace has; undefined where it has none yet. */
function offsetOf({ metadata }: KubeObject): number | undefined {
  const range = metadata.annotations?.[uidRangeAnnotation]
  if (range === undefined) return undefined
  const own = block(range)
  return own === undefined ? -1 : (own.min - uids.start) / uids.size
}

/** The pair of categories at this place, in the order in which pairs are counted: `s0:c26,c10`. */
export function mcsLabel(offset: number): string {
  let left = offset * labelsPerProject
  let category = categoriesMax
  const chosen = [2, 1].map((count) => {
    while (pairs(category, count) > left) category--
    left -= pairs(category, count)
    return `c${category}`
  })
  return `s0:${chosen.join(',')}`
}

/** In how many ways one or two can be taken out of so many. */
const pairs = (of: number, count: number): number => (count === 1 ? of : (of * (of - 1)) / 2)

const roleName = `system:openshift:controller:${account}`
const rbac = 'rbac.authorization.k8s.io'

/** openshift/cluster-kube-controller-manager-operator:bindata/assets/kube-controller-manager/namespace-security-allocation-controller-clusterrole.yaml */
export const securityAllocationRbac = (): readonly Draft<KubeObject>[] => [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: roleName },
    ...{
      rules: [
        { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'update', 'watch', 'patch'] },
        { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] },
      ],
    },
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: roleName },
    ...{
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: roleName },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: accountNamespace }],
    },
  },
]
