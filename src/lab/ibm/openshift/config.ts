/** What makes a cluster OpenShift by its API alone. Not imitated: schemas, all other kinds, the operators behind them. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'

const group = 'config.openshift.io'

/** `oc get network.config.openshift.io cluster`, `oc get clusterversion`, `oc get infrastructure cluster`. */
export const openShiftConfig = (o: {
  readonly podCidr: string
  readonly serviceCidr: string
  readonly version: string // 4.14.38
}): readonly Draft<KubeObject>[] => [
  ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  definition('Network', 'networks'),
  definition('ClusterVersion', 'clusterversions', clusterVersionColumns),
  definition('Infrastructure', 'infrastructures'),
  object('Network', 'cluster', {
    clusterNetwork: [{ cidr: o.podCidr, hostPrefix: 24 }],
    networkType: 'Calico',
    serviceNetwork: [o.serviceCidr],
  }),
  {
    ...object('ClusterVersion', 'version', {
      clusterID: '2b6f3b0e-6c0e-4f0b-9a5e-0f6f1c7d2a11',
      desiredUpdate: { version: o.version },
    }),
    ...{ status: versionStatus(o.version) },
  },
  userCritical,
  object('Infrastructure', 'cluster', { platformSpec: { type: 'IBMCloud' } }),
]

/** Of those that every such cluster has, the ones that the runbooks speak of. */
const namespaces = [
  'ibm-system',
  'openshift',
  'openshift-config',
  'openshift-infra',
  'openshift-ingress',
  'openshift-monitoring',
]

/** openshift/api:config/v1, 0000_00_cluster-version-operator_01_clusterversion.crd.yaml */
const clusterVersionColumns = [
  ['Version', '.status.history[?(@.state=="Completed")].version', 'string'],
  ['Available', '.status.conditions[?(@.type=="Available")].status', 'string'],
  ['Progressing', '.status.conditions[?(@.type=="Progressing")].status', 'string'],
  ['Since', '.status.conditions[?(@.type=="Progressing")].lastTransitionTime', 'date'],
  ['Status', '.status.conditions[?(@.type=="Progressing")].message', 'string'],
].map(([name, jsonPath, type]) => ({ name, jsonPath, type }))

/** As the cluster version operator left it when the cluster was made; the provider updates clusters, and no operator here. */
const versionStatus = (version: string): object => ({
  availableUpdates: null,
  conditions: [
    { type: 'Available', status: 'True', lastTransitionTime: made, message: `Done applying ${version}` },
    { type: 'Failing', status: 'False', lastTransitionTime: made },
    {
      type: 'Progressing',
      status: 'False',
      lastTransitionTime: made,
      message: `Cluster version is ${version}`,
    },
  ],
  desired: { version },
  history: [{ state: 'Completed', startedTime: made, completionTime: made, version, verified: false }],
  observedGeneration: 1,
})

/** Older than every lab. */
const made = '2025-12-01T08:00:00Z'

/** Of `oc debug` pods, among others: openshift/cluster-config-operator:manifests/…_user-critical. */
const userCritical: Draft<KubeObject> = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'openshift-user-critical' },
  ...{
    description:
      'This priority class should be used for user facing OpenShift workload pods that should be scheduled before other user workload pods.',
    preemptionPolicy: 'PreemptLowerPriority',
    value: 1_000_000_000,
  },
}

const definition = (
  kind: string,
  plural: string,
  additionalPrinterColumns: readonly object[] = [],
): Draft<KubeObject> => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  ...{
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      scope: 'Cluster',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          ...(additionalPrinterColumns.length === 0 ? {} : { additionalPrinterColumns }),
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
  },
})

const object = (kind: string, name: string, spec: object): Draft<KubeObject> => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name },
  ...{ spec },
})
