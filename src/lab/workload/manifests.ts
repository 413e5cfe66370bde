import type { Deployment, Draft, KubeObject, PodSpec, Probe, Service } from '#lab/api/objects.ts'
import { shellTools } from '#lab/host/os.ts'
import { networkTools } from '#lab/network/tools.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { shopNodePort } from '#lab/workload/customers.ts'

/** The three-tier application: frontend → api → db, so that a broken network is felt as users feel it. */
const shopNamespace = 'shop'

const imageName = (tier: string): string => `docker.io/shop/${tier}:1.4.0`

/** One image per tier, each with a shell, its commands and the network tools. */
export const workloadImages = (): readonly Image[] =>
  ['frontend', 'api', 'db'].map((tier) => ({
    name: imageName(tier),
    sizeBytes: 61_203_488,
    tree: [
      ...shellTools(),
      ...networkTools(),
      { path: '/usr/local/bin/shop-tier', kind: 'file', mode: 0o755, program: 'shop-tier' },
    ],
    entrypoint: ['/usr/local/bin/shop-tier', `--name=${tier}`],
  }))

/**
 * The namespace, Deployments and Services. frontend and api run once on each worker (up to 49) while all take pods; db runs
 * on `dbNode` alone, so that a node that is cut off from there loses its api, and then its frontend.
 */
export const workloadManifests = (
  o: { readonly workers: number; readonly dbNode: string; readonly controlPlane: string } = {
    workers: 4,
    dbNode: 'k8s-worker-01',
    controlPlane: 'k8s-control-01',
  },
): readonly Draft<KubeObject>[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: shopNamespace } },
  service('db'),
  service('api'),
  service('frontend'),
  tier('db', { replicas: 1, placed: { nodeSelector: { 'kubernetes.io/hostname': o.dbNode } } }),
  tier('api', { replicas: replicas(o), placed: onePerWorker('api', o), upstream: 'http://db:8080' }),
  tier('frontend', {
    replicas: replicas(o),
    placed: onePerWorker('frontend', o),
    upstream: 'http://api:8080',
  }),
]

/** A small application stays small in a large cluster, where each pod of one tier asks all of the next. */
const replicas = ({ workers }: { readonly workers: number }): number => (workers < 50 ? workers : 16)

/** How the shop is reached from outside: every worker takes requests on this port. */
export const storefront: Draft<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'storefront', namespace: shopNamespace, labels: { app: 'frontend' } },
  spec: {
    type: 'NodePort',
    selector: { app: 'frontend' },
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: shopNodePort }],
  },
}

const service = (name: string): Draft<Service> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: shopNamespace, labels: { app: name } },
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 8080, protocol: 'TCP', targetPort: 8080 }] },
})

function tier(
  name: string,
  o: { readonly replicas: number; readonly placed: Partial<PodSpec>; readonly upstream?: string },
): Draft<Deployment> {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: shopNamespace, labels },
    spec: {
      replicas: o.replicas,
      // No surge: a pod that goes makes room, so that after a rollout there is one per worker again.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...o.placed,
          terminationGracePeriodSeconds: 10,
          containers: [
            {
              name,
              image: imageName(name),
              imagePullPolicy: 'IfNotPresent',
              ...(o.upstream === undefined ? {} : { args: [`--upstream=${o.upstream}`] }),
              ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
              readinessProbe: probe('/ready', { periodSeconds: 10, timeoutSeconds: 3 }),
              livenessProbe: probe('/healthz', { periodSeconds: 20, timeoutSeconds: 1 }),
            },
          ],
        },
      },
    },
  }
}

const probe = (path: string, o: Probe): Probe => ({ httpGet: { path, port: 8080, scheme: 'HTTP' }, ...o })

/**
 * One per worker, and none on the control plane, which carries no taint in this cluster and gets its role's label only after
 * it has registered. Preferred rather than required, so
 * that after a drain the evicted ones run on the other workers until somebody spreads them anew.
 */
const onePerWorker = (
  app: string,
  { controlPlane }: { readonly controlPlane: string },
): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: [controlPlane] }],
          },
        ],
      },
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app } },
    },
  ],
})
