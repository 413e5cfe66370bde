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
  definition('ClusterVersion', 'clusterversions'),
  definition('Infrastructure', 'infrastructures'),
  object('Network', 'cluster', {
    clusterNetwork: [{ cidr: o.podCidr, hostPrefix: 24 }],
    networkType: 'Calico',
    serviceNetwork: [o.serviceCidr],
  }),
  object('ClusterVersion', 'version', {
    clusterID: '2b6f3b0e-6c0e-4f0b-9a5e-0f6f1c7d2a11',
    desiredUpdate: { version: o.version },
  }),
  object('Infrastructure', 'cluster', { platformSpec: { type: 'IBMCloud' } }),
]

/** Of those that every such cluster has, the ones that the runbooks speak of. */
const namespaces = [
  'ibm-system',
  'openshift',
  'openshift-config',
  'openshift-ingress',
  'openshift-monitoring',
]

const definition = (kind: string, plural: string): Draft<KubeObject> => ({
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
