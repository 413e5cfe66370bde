import type { Backend } from '#lab/backend.ts'
import { draft, namespace } from '#lab/calico/manifests/draft.ts'
import type { Release } from '#lab/calico/release.ts'

const networkConfig = ({ bandwidthPlugin }: Release): string => `{
  "name": "k8s-pod-network",
  "cniVersion": "0.3.1",
  "plugins": [
    {
      "type": "calico",
      "log_level": "info",
      "log_file_path": "/var/log/calico/cni/cni.log",
      "datastore_type": "kubernetes",
      "nodename": "__KUBERNETES_NODE_NAME__",
      "mtu": __CNI_MTU__,
      "ipam": {
          "type": "calico-ipam"
      },
      "policy": {
          "type": "k8s"
      },
      "kubernetes": {
          "kubeconfig": "__KUBECONFIG_FILEPATH__"
      }
    },
    {
      "type": "portmap",
      "snat": true,
      "capabilities": {"portMappings": true}
    }${bandwidthPlugin ? bandwidth : ''}
  ]
}`

const bandwidth = `,
    {
      "type": "bandwidth",
      "capabilities": {"bandwidth": true}
    }`

/** ConfigMap calico-config. */
export const calicoConfig = ({
  release,
  backend,
  mtuBytes,
}: {
  readonly release: Release
  readonly backend: Backend
  readonly mtuBytes: number
}) =>
  draft(
    'v1',
    'ConfigMap',
    { name: 'calico-config', namespace },
    {
      data: {
        typha_service_name: 'none',
        calico_backend: backend,
        veth_mtu: String(mtuBytes),
        cni_network_config: networkConfig(release),
      },
    },
  )
