import type { Tree } from '#lab/host/ports.ts'
import { apiProxy } from '#lab/ibm/account.ts'
import type { MasterAddress } from '#lab/ibm/infrastructure.ts'
import type { Image } from '#lab/runtime/ports.ts'

const image = 'us.icr.io/armada-master/haproxy:2.8.5-41e4ba2'

export const masterProxyImages = (): readonly Image[] => [
  {
    name: image,
    sizeBytes: 24_117_248,
    tree: [{ path: '/usr/local/sbin/haproxy', kind: 'file', mode: 0o755, program: 'haproxy' }],
    entrypoint: ['/usr/local/sbin/haproxy'],
  },
]

/**
 * What makes a worker reach its master: the proxy's address on the loopback interface, its static pod, its configuration with the
 * private address first.
 */
export const masterProxyFiles = (masters: readonly MasterAddress[]): Tree => [
  {
    path: '/etc/kubernetes/manifests/ibm-master-proxy-static.yaml',
    kind: 'file',
    mode: 0o600,
    text: manifest,
  },
  { path: '/etc/haproxy/haproxy.cfg', kind: 'file', text: configOf(masters) },
  { path: `/lib/systemd/system/${addressUnit}`, kind: 'file', text: addressUnitText },
  {
    path: `/etc/systemd/system/multi-user.target.wants/${addressUnit}`,
    kind: 'symlink',
    target: `/lib/systemd/system/${addressUnit}`,
  },
]

const { address, port } = apiProxy
const addressUnit = 'ibm-master-proxy-address.service'

const addressUnitText = `[Unit]
Description=Address of the local proxy for the API server
Before=kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/ip address add ${address}/32 dev lo

[Install]
WantedBy=multi-user.target
`

/** The provider does not publish its own; that there are health checks, and public addresses as backups, is told in its runbooks. */
const configOf = (masters: readonly MasterAddress[]): string => `global
    maxconn 5000
defaults
    mode tcp
    timeout connect 5s
frontend k8sfrontend
    bind ${address}:${port}
    default_backend k8sbackend
backend k8sbackend
${masters.map((each, index) => `    server master${index} ${each.address}:${each.port} check${each.isBackup ? ' backup' : ''}`).join('\n')}
`

const manifest = `apiVersion: v1
kind: Pod
metadata:
  labels:
    k8s-app: ibm-master-proxy-static
  name: ibm-master-proxy-static
  namespace: kube-system
spec:
  containers:
  - args:
    - -f
    - /usr/local/etc/haproxy/haproxy.cfg
    image: ${image}
    imagePullPolicy: IfNotPresent
    name: ibm-master-proxy-static
    volumeMounts:
    - mountPath: /usr/local/etc/haproxy
      name: etc-config
  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  volumes:
  - hostPath:
      path: /etc/haproxy
      type: Directory
    name: etc-config
`
