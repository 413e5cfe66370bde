/**
 * The flow schemas and priority levels that the API server keeps: staging:apiserver/pkg/apis/flowcontrol/bootstrap/default.go.
 * Nobody is held back by them here.
 */
import type { JsonObject } from '#lab/api/json.ts'

interface FlowObject extends JsonObject {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
}

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'
const metadata = (name: string): JsonObject => ({
  name,
  annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' },
})

/** Shares, percent that may be lent, and queues × hand × length; without queues what is too much is rejected. */
function level(
  name: string,
  nominalConcurrencyShares: number,
  lendablePercent: number,
  [queues, handSize, queueLengthLimit]: readonly number[] = [],
): FlowObject {
  const limitResponse =
    queues === undefined
      ? { type: 'Reject' }
      : { type: 'Queue', queuing: { queues, handSize, queueLengthLimit } }
  return {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: metadata(name),
    spec: { type: 'Limited', limited: { nominalConcurrencyShares, limitResponse, lendablePercent } },
  }
}

const levels: readonly FlowObject[] = [
  level('catch-all', 5, 0),
  {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: metadata('exempt'),
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  },
  level('global-default', 20, 50, [128, 6, 50]),
  level('leader-election', 10, 0, [16, 4, 50]),
  level('node-high', 40, 25, [64, 6, 50]),
  level('system', 30, 33, [64, 6, 50]),
  level('workload-high', 40, 50, [128, 6, 50]),
  level('workload-low', 100, 90, [128, 6, 50]),
]

const user = (name: string): JsonObject => ({ kind: 'User', user: { name } })
const group = (name: string): JsonObject => ({ kind: 'Group', group: { name } })
const account = (namespace: string, name: string): JsonObject => ({
  kind: 'ServiceAccount',
  serviceAccount: { namespace, name },
})

const anyResource: JsonObject = {
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  clusterScope: true,
  namespaces: ['*'],
}
const anyPath: JsonObject = { verbs: ['*'], nonResourceURLs: ['*'] }
const everything = { resourceRules: [anyResource], nonResourceRules: [anyPath] }
const leases: JsonObject = {
  verbs: ['get', 'create', 'update'],
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
}

const everybody = [group('system:unauthenticated'), group('system:authenticated')]

function schema(
  name: string,
  [priorityLevel, matchingPrecedence, distinguisher]: readonly [string, number, string?],
  ...rules: readonly JsonObject[]
): FlowObject {
  return {
    apiVersion,
    kind: 'FlowSchema',
    metadata: metadata(name),
    spec: {
      priorityLevelConfiguration: { name: priorityLevel },
      matchingPrecedence,
      ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
      rules,
    },
  }
}

const nodes = [group('system:nodes')]

const schemas: readonly FlowObject[] = [
  schema('exempt', ['exempt', 1], { subjects: [group('system:masters')], ...everything }),
  schema('probes', ['exempt', 2], {
    subjects: everybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('system-leader-election', ['leader-election', 100, 'ByUser'], {
    subjects: [
      user('system:kube-controller-manager'),
      user('system:kube-scheduler'),
      account('kube-system', '*'),
    ],
    resourceRules: [{ ...leases, namespaces: ['*'] }],
  }),
  schema('endpoint-controller', ['workload-high', 150, 'ByUser'], {
    subjects: [
      user('system:kube-controller-manager'),
      account('kube-system', 'endpoint-controller'),
      account('kube-system', 'endpointslicemirroring-controller'),
    ],
    resourceRules: [
      { verbs: ['get', 'create', 'update'], apiGroups: [''], resources: ['endpoints'], namespaces: ['*'] },
    ],
  }),
  schema('workload-leader-election', ['leader-election', 200, 'ByUser'], {
    subjects: [account('kube-system', '*')],
    resourceRules: [{ ...leases, namespaces: ['*'] }],
  }),
  schema('system-node-high', ['node-high', 400, 'ByUser'], {
    subjects: nodes,
    resourceRules: [
      {
        verbs: ['*'],
        apiGroups: [''],
        resources: ['nodes', 'nodes/status'],
        clusterScope: true,
        namespaces: ['*'],
      },
      { verbs: ['*'], apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['*'] },
    ],
  }),
  schema('system-nodes', ['system', 500, 'ByUser'], { subjects: nodes, ...everything }),
  schema('kube-controller-manager', ['workload-high', 800, 'ByNamespace'], {
    subjects: [user('system:kube-controller-manager')],
    ...everything,
  }),
  schema('kube-scheduler', ['workload-high', 800, 'ByNamespace'], {
    subjects: [user('system:kube-scheduler')],
    ...everything,
  }),
  schema('kube-system-service-accounts', ['workload-high', 900, 'ByNamespace'], {
    subjects: [account('kube-system', '*')],
    ...everything,
  }),
  schema('service-accounts', ['workload-low', 9000, 'ByUser'], {
    subjects: [group('system:serviceaccounts')],
    ...everything,
  }),
  schema('global-default', ['global-default', 9900, 'ByUser'], { subjects: everybody, ...everything }),
  schema('catch-all', ['catch-all', 10_000, 'ByUser'], { subjects: everybody, ...everything }),
]

/** Each schema says at `time` that its level is there. */
export const flowControlObjects = (time: string): readonly FlowObject[] => [
  ...levels,
  ...schemas.map((each) => ({ ...each, status: { conditions: [found(each, time)] } })),
]

const found = ({ spec }: FlowObject, time: string): JsonObject => {
  const { name } = (spec as { readonly priorityLevelConfiguration: { readonly name: string } })
    .priorityLevelConfiguration // above
  return {
    type: 'Dangling',
    status: 'False',
    lastTransitionTime: time,
    reason: 'Found',
    message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)} and it exists`,
  }
}
