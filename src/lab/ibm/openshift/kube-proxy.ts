import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { kubeProxyManifests } from '#lab/kube-proxy/index.ts'

const name = 'openshift-kube-proxy'

/**
 * kube-proxy as OpenShift runs it where its network is another's: DaemonSet and namespace have one name. Not imitated:
 * the operator that makes it (cluster-network-operator), kube-rbac-proxy beside it.
 */
export const openShiftKubeProxy = (
  o: Parameters<typeof kubeProxyManifests>[0],
): readonly Draft<KubeObject>[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'openshift.io/run-level': '0' } } },
  ...kubeProxyManifests(o).map(moved),
]

/** Objects of kube-proxy's own name are called otherwise; images, containers and paths are not. */
const moved = (draft: Draft<KubeObject>): Draft<KubeObject> =>
  JSON.parse(
    JSON.stringify(draft)
      .replaceAll('"namespace":"kube-system"', `"namespace":"${name}"`)
      .replaceAll('"name":"kube-proxy","namespace"', `"name":"${name}","namespace"`)
      .replaceAll('"serviceAccountName":"kube-proxy"', `"serviceAccountName":"${name}"`)
      .replaceAll('"configMap":{"name":"kube-proxy"', `"configMap":{"name":"${name}"`),
  ) as Draft<KubeObject> // names apart, as before
