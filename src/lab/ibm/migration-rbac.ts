import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { rbac } from '#lab/calico/manifests/rbac.ts'
import { releaseOf } from '#lab/calico/release.ts'

const account = 'calico-cni-plugin'

/**
 * While the operator takes nodes over, its own binding names the plugin's account of calico-system alone. The provider keeps the
 * rights of the old one beside it, and they stay there afterwards: ClusterRole and binding `calico-cni-plugin-migration`.
 */
export const migrationRbac = (calico: string): readonly Draft<KubeObject>[] =>
  rbac(releaseOf(calico), 'kube-system')
    .filter(({ kind, metadata }) => kind !== 'ServiceAccount' && metadata.name === account)
    .map((object) => {
      const renamed = { ...object, metadata: { ...object.metadata, name: `${account}-migration` } }
      if (object.kind !== 'ClusterRoleBinding') return renamed
      const roleRef = {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: `${account}-migration`,
      }
      return { ...renamed, roleRef }
    })
