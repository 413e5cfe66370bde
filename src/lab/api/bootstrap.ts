/** The objects of a fresh cluster that the API server itself makes: post-start hooks of pkg/controlplane and pkg/registry/rbac. */
import { rfc3339 } from '#base/clock.ts'
import { bootstrapPolicy } from '#lab/api/authorization/bootstrap/policy.ts'
import { flowControlObjects } from '#lab/api/flow-control.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { calicoDefinitions } from '#lab/api/types/calico.ts'
import { createObject } from '#lab/api/verbs/create.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'
import { writeOver } from '#lab/api/verbs/update.ts'
import { addressAt } from '#lab/network/address.ts'

const user = { username: 'system:apiserver', groups: ['system:masters'] }

/** Creates namespaces, priority classes, the first cluster roles, Calico's resource definitions and `default/kubernetes`. */
export function bootstrap(server: ApiState, calicoMinor: number): void {
  // Its own chance: one more object here moves no name anywhere else.
  const state = { ...server, random: server.random.fork('bootstrap') }
  for (const { apiVersion, kind, namespace, ...rest } of objects(calicoMinor, server)) {
    const def = state.registry.ofKind(apiVersion, kind)
    if (def === undefined) throw new Error(`nobody serves ${kind}`)
    const object = createObject(state, { def, namespace, body: { apiVersion, kind, ...rest } }, { user })
    if (rest.status !== undefined && def.statusApart)
      writeOver(
        state,
        { def, namespace, name: object.metadata.name, subresource: 'status', body: { ...rest } },
        object,
        { user },
      )
  }
}

interface First extends JsonObject {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
}

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

function objects(calicoMinor: number, { serviceCidr, now }: ApiState): readonly First[] {
  return [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    priorityClass('system-cluster-critical', 2_000_000_000, 'system-node-critical'),
    priorityClass('system-node-critical', 2_000_001_000, ''),
    ...bootstrapPolicy(),
    ...calicoDefinitions(calicoMinor).map((crd) => ({
      ...crd,
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
    })),
    kubernetesService(serviceCidr),
    ...flowControlObjects(rfc3339(now())),
    frontProxies,
    tokenTracking(rfc3339(now())),
  ]
}

function priorityClass(name: string, value: number, above: string): First {
  const description =
    above === ''
      ? 'Used for system critical pods that must not be moved from their current node.'
      : 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.'
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    description,
    metadata: { name },
    preemptionPolicy: 'PreemptLowerPriority',
    value,
  }
}

const systemMap = (name: string, data: JsonObject): First => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  metadata: { name },
  data,
})

const authority = '-----BEGIN CERTIFICATE-----\nbGFi\n-----END CERTIFICATE-----\n'

/** By whom servers behind this one let themselves be told who asks (pkg/controlplane/controller/clusterauthenticationtrust). */
const frontProxies = systemMap('extension-apiserver-authentication', {
  'client-ca-file': authority,
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-client-ca-file': authority,
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-username-headers': '["X-Remote-User"]',
})

/** Since when use of tokens in Secrets is noted (pkg/controlplane/controller/legacytokentracking). */
const tokenTracking = (time: string): First =>
  systemMap('kube-apiserver-legacy-service-account-token-tracking', { since: time.slice(0, 10) })

/** Its address is the first of the range (pkg/controlplane/services.go `ServiceIPRange`). */
const kubernetesService = (serviceCidr: string): First => ({
  apiVersion: 'v1',
  kind: 'Service',
  namespace: 'default',
  metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    clusterIP: addressAt(serviceCidr, 1),
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
  },
})
