/** What kubelet, the runtimes and registries say about a node and its pods. */
import { imageEntries, imageWrappers } from '#cluster/messages/images.ts'
import { kubeletEntries } from '#cluster/messages/kubelet.ts'
import { podEntries } from '#cluster/messages/kubelet-pods.ts'
import { kubeletWrappers } from '#cluster/messages/kubelet-wrappers.ts'
import { runtimeEntries } from '#cluster/messages/runtime.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'kubelet/cgroup-driver-mismatch',
    'failed to run Kubelet: misconfiguration: kubelet cgroup driver: "systemd" is different from docker cgroup driver: "cgroupfs"',
    { kubelet: 'systemd', runtime: 'cgroupfs' },
  ],
  [
    'kubelet/start-failed',
    '"Failed to run kubelet" err="failed to run Kubelet: invalid configuration: no such flag"',
    { error: 'failed to run Kubelet: invalid configuration: no such flag' },
  ],
  [
    'kubelet/swap-on',
    'failed to run Kubelet: running with swap on is not supported, please disable swap',
    {},
  ],
  [
    'kubelet/config-missing',
    'failed to load kubelet config file, path: /var/lib/kubelet/config.yaml, error: no such file',
    { path: '/var/lib/kubelet/config.yaml' },
  ],
  [
    'kubelet/cgroup-failed',
    'Failed to ensure that the pod: 1f2e cgroups exist and are correctly applied: failed to create container for [kubepods burstable]',
    { error: 'failed to create container for [kubepods burstable]' },
  ],
  [
    'kubelet/pod-cgroup-failed',
    'error syncing pod: unable to ensure pod container exists: failed to create container for [kubepods burstable pod1f2e]',
    { error: 'failed to create container for [kubepods burstable pod1f2e]' },
  ],
  [
    'kubelet/qos-cgroups-failed',
    '"Failed to start ContainerManager" err="failed to initialize top level QOS containers: root container [kubelet kubepods] doesn\'t exist"',
    { error: "root container [kubelet kubepods] doesn't exist" },
  ],
  [
    'kubelet/cgroup-stats-failed',
    '"Failed to get system container stats" err="failed to get cgroup stats for \\"/system.slice/x\\""',
    {},
  ],
  ['kubelet/node-unknown', '"Error getting node" err="node \\"node-7\\" not found"', { node: 'node-7' }],
  [
    'kubelet/pods-skipped',
    '"Skipping pod synchronization" err="container runtime status check may not have completed yet"',
    {},
  ],
  [
    'kubelet/network-not-ready',
    'network is not ready: container runtime network not ready: cni config uninitialized',
    { message: 'container runtime network not ready: cni config uninitialized' },
  ],
  [
    'kubelet/certificate-none-valid',
    'No valid client certificate is found and the server is responsive, exiting.',
    {},
  ],
  [
    'kubelet/certificate-request-failed',
    'kubernetes.io/kube-apiserver-client-kubelet: Failed while requesting a signed certificate from the control plane: cannot create certificate signing request: Unauthorized',
    { error: 'cannot create certificate signing request: Unauthorized' },
  ],
  [
    'kubelet/certificate-not-signed',
    'kubernetes.io/kube-apiserver-client-kubelet: certificate request was not signed: timed out waiting for the condition',
    { why: 'timed out waiting for the condition' },
  ],
  [
    'kubelet/certificate-expired',
    'part of the existing bootstrap client certificate in /etc/kubernetes/kubelet.conf is expired: 2026-01-02 03:04:05 +0000 UTC',
    { limit: '2026-01-02' },
  ],
  [
    'kubelet/no-certificate',
    'http: TLS handshake error from 192.0.2.7:41234: no serving certificate available for the kubelet',
    {},
  ],
  ['kubelet/config-error', 'Waiting (CreateContainerConfigError)', {}],
  ['kubelet/create-error', 'Waiting (CreateContainerError)', {}],
  [
    'kubelet/run-as-root',
    'Error: container has runAsNonRoot and image will run as root (pod: "web_shop(1f2e)", container: web)',
    {},
  ],
  [
    'kubelet/run-as-root',
    'container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root',
    { user: 'nginx' },
  ],
  [
    'kubelet/key-missing',
    "couldn't find key ca.crt in ConfigMap shop/web-ca",
    { key: 'ca.crt', kind: 'ConfigMap', namespace: 'shop', name: 'web-ca' },
  ],
  ['kubelet/sandbox-status-failed', 'Failed to get sandbox IP', {}],
  ['kubelet/killing', 'Stopping container web', { container: 'web' }],
  [
    'kubelet/system-oom',
    'System OOM encountered, victim process: calico-node, pid: 4242',
    { program: 'calico-node', pid: '4242' },
  ],
  ['kubelet/oom-killed', 'has crash looping container: web (OOMKilled, exit code 137)', { code: '137' }],
  [
    'kubelet/evicted',
    'The node was low on resource: ephemeral-storage. Threshold quantity: 2139512454, available: 812000Ki. Container web was using 4Gi, request is 0, has larger consumption of ephemeral-storage.',
    {
      resource: 'ephemeral-storage',
      threshold: '2139512454',
      available: '812000Ki',
      container: 'web',
      used: '4Gi',
    },
  ],
  [
    'kubelet/evicted',
    'The node was low on resource: memory. Container web was using 812Ki, which exceeds its request of 0.',
    { resource: 'memory', container: 'web', used: '812Ki' },
  ],
  [
    'kubelet/evicting',
    '"Eviction manager: attempting to reclaim" resourceName="ephemeral-storage" Attempting to reclaim ephemeral-storage',
    { resource: 'ephemeral-storage' },
  ],
  [
    'kubelet/evicting',
    '"Eviction manager: must evict pod(s) to reclaim" resourceName="nodefs"',
    { resource: 'nodefs' },
  ],
  ['kubelet/evicting', 'eviction manager: must evict pod(s) to reclaim imagefs', { resource: 'imagefs' }],
  [
    'kubelet/eviction-ranked',
    'eviction manager: pods ranked for eviction: web-0_shop(5d1e), calico-node-c8t5r_kube-system(77ab)',
    { pods: 'web-0_shop(5d1e), calico-node-c8t5r_kube-system(77ab)' },
  ],
  [
    'kubelet/eviction-ranked',
    '"Eviction manager: pods ranked for eviction" pods=["shop/web-0","kube-system/calico-node-c8t5r"]',
    { pods: '["shop/web-0","kube-system/calico-node-c8t5r"]' },
  ],
  ['kubelet/host-port-taken', 'Predicate NodePorts failed', {}],
  [
    'kubelet/mount-failed',
    'MountVolume.SetUp failed for volume "web-ca" : configmap "web-ca" not found',
    { volume: 'web-ca', inner: 'configmap "web-ca" not found', error: 'configmap "web-ca" not found' },
  ],
  [
    'kubelet/mount-timeout',
    'Unable to attach or mount volumes: unmounted volumes=[web-ca], unattached volumes=[web-ca]: timed out waiting for the condition',
    { volumes: 'web-ca' },
  ],
  [
    'kubelet/device-path-failed',
    'MapVolume.MapPodDevice failed for volume "web-disk" : no such device',
    { volume: 'web-disk', error: 'no such device' },
  ],
  [
    'kubelet/host-path-wrong',
    'hostPath type check failed: /srv/web.lock is not a file',
    { path: '/srv/web.lock', error: 'is not a file' },
  ],
  [
    'kubelet/object-not-registered',
    'object "shop"/"web-ca" not registered',
    { namespace: 'shop', name: 'web-ca' },
  ],
  [
    'kubelet/object-not-synced',
    'MountVolume.SetUp failed for volume "web-ca" : failed to sync configmap cache: timed out waiting for the condition',
    { kind: 'configmap' },
  ],
  [
    'kubelet/pull-failed',
    'Failed to pull image "shop/web:v9": rpc error: code = Unknown desc = toomanyrequests',
    {
      image: 'shop/web:v9',
      reason: 'rpc error: code = Unknown desc = toomanyrequests',
      error: 'rpc error: code = Unknown desc = toomanyrequests',
    },
  ],
  ['kubelet/back-off-pulling', 'Back-off pulling image "shop/web:v9"', { image: 'shop/web:v9' }],
  ['host/pull-asked', 'sudo crictl pull quay.io/web/shop:v7', { image: 'quay.io/web/shop:v7' }],
  ['kubelet/image-pull-error', 'Error: ErrImagePull', {}],
  ['kubelet/image-pull-back-off', 'Error: ImagePullBackOff', {}],
  [
    'kubelet/image-never-pulled',
    'Container image "shop/web:v9" is not present with pull policy of Never',
    { image: 'shop/web:v9' },
  ],
  [
    'kubelet/image-name-invalid',
    'Failed to apply default image tag "shop/Web:v9": couldn\'t parse image name',
    { image: 'shop/Web:v9', error: "couldn't parse image name" },
  ],
  [
    'registry/rate-limited',
    'toomanyrequests: You have reached your pull rate limit',
    { error: 'You have reached your pull rate limit' },
  ],
  [
    'registry/unauthorized',
    'unauthorized: authentication required',
    { error: 'unauthorized: authentication required' },
  ],
  [
    'registry/unauthorized',
    'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    { error: 'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized' },
  ],
  ['registry/denied', 'denied: requested access to the resource is denied', {}],
  [
    'registry/pull-denied',
    'pull access denied for shop/web, repository does not exist or may require login',
    { image: 'shop/web' },
  ],
  ['registry/scope-refused', 'server message: insufficient_scope: authorization failed', {}],
  [
    'registry/manifest-unknown',
    'manifest for shop/web:v9 not found: manifest unknown',
    { image: 'shop/web:v9' },
  ],
  [
    'registry/no-platform',
    'no match for platform in manifest: not found',
    { platform: 'platform in manifest' },
  ],
  [
    'registry/no-platform',
    'no matching manifest for linux/arm64/v8 in the manifest list entries',
    { platform: 'linux/arm64/v8 in the manifest list entries' },
  ],
  [
    'registry/image-not-found',
    'failed to resolve reference "registry.shop.example/web:v9": registry.shop.example/web:v9: not found',
    {},
  ],
  [
    'registry/unreachable',
    'failed to do request: Head "https://registry.shop.example/v2/web/manifests/v9": dial tcp 192.0.2.80:443: i/o timeout',
    {
      url: 'https://registry.shop.example/v2/web/manifests/v9',
      error: 'dial tcp 192.0.2.80:443: i/o timeout',
    },
  ],
  [
    'registry/unpack-failed',
    'failed to extract layer sha256:0a1b: mount callback failed: no space left on device',
    { error: 'mount callback failed: no space left on device' },
  ],
  [
    'registry/unexpected-status',
    'unexpected status from HEAD request to https://registry.shop.example/v2/web/manifests/v9: 503 Service Unavailable',
    { status: '503 Service Unavailable' },
  ],
  [
    'cni/unauthorized-bare',
    'plugin type="multus-shim" name="multus-cni-network" failed (add): Multus: [shop/web-0/1f2e]: error getting pod: Unauthorized',
    { plugin: 'multus-shim' },
  ],
  [
    'multus/delegate-failed',
    '[shop/web-0/1f2e:k8s-pod-network]: error adding container to network "k8s-pod-network": connection is unauthorized: Unauthorized',
    {
      namespace: 'shop',
      pod: 'web-0',
      uid: '1f2e',
      network: 'k8s-pod-network',
      inner: 'connection is unauthorized: Unauthorized',
      error: 'connection is unauthorized: Unauthorized',
    },
  ],
  [
    'multus/delegate-failed',
    'Multus: [shop/web-0:lan]: error adding container to network "lan": Link not found',
    { namespace: 'shop', pod: 'web-0', network: 'lan', inner: 'Link not found', error: 'Link not found' },
  ],
  [
    'multus/pod-unreadable',
    'Multus: [shop/web-0/1f2e]: error waiting for pod: timed out',
    {
      namespace: 'shop',
      pod: 'web-0',
      inner: 'error waiting for pod: timed out',
      error: 'error waiting for pod: timed out',
    },
  ],
  [
    'runtime/cni-plugin-failed',
    'plugin type="calico" name="shop-network" failed (add): no podCidr for node node-7',
    {
      plugin: 'calico',
      network: 'shop-network',
      operation: 'add',
      inner: 'no podCidr for node node-7',
      error: 'no podCidr for node node-7',
    },
  ],
  [
    'runtime/cni-plugin-failed',
    'plugin type="portmap" failed (delete): could not teardown',
    { plugin: 'portmap', operation: 'delete', inner: 'could not teardown', error: 'could not teardown' },
  ],
  ['runtime/default-network-missing', 'Missing CNI default network', {}],
  [
    'runtime/pod-network-failed',
    'Failed to setup network for pod "web-0_shop(5d1e)" using network plugins "cni": no such device; Skipping pod',
    {
      pod: 'web-0',
      namespace: 'shop',
      plugin: 'cni',
      inner: 'no such device; Skipping pod',
      error: 'no such device; Skipping pod',
    },
  ],
  [
    'runtime/network-plugin-failed',
    'networkPlugin cni failed to set up pod "web-0_shop" network: no such device',
    {
      plugin: 'cni',
      operation: 'set up',
      pod: 'web-0',
      namespace: 'shop',
      inner: 'no such device',
      error: 'no such device',
    },
  ],
  [
    'runtime/network-plugin-failed',
    'NetworkPlugin cni failed to teardown pod "web-0_shop" network: connection is down',
    {
      plugin: 'cni',
      operation: 'teardown',
      pod: 'web-0',
      namespace: 'shop',
      inner: 'connection is down',
      error: 'connection is down',
    },
  ],
  [
    'crio/cni-failed',
    'error adding pod shop_web-0 to CNI network "k8s-pod-network": plugin type="calico" failed (add): no such device',
    {
      operation: 'adding',
      namespace: 'shop',
      pod: 'web-0',
      network: 'k8s-pod-network',
      inner: 'plugin type="calico" failed (add): no such device',
      error: 'plugin type="calico" failed (add): no such device',
    },
  ],
  [
    'crio/sandbox-network-failed',
    'failed to create pod network sandbox k8s_web-0_shop_1f2e_0(0a1b): error adding pod shop_web-0 to CNI network "k8s-pod-network": no such device',
    {
      sandbox: 'k8s_web-0_shop_1f2e_0',
      inner: 'error adding pod shop_web-0 to CNI network "k8s-pod-network": no such device',
      error: 'error adding pod shop_web-0 to CNI network "k8s-pod-network": no such device',
    },
  ],
  [
    'containerd/no-cni-config',
    'cni config load failed: no network config found in /etc/cni/net.d: cni plugin not initialized: failed to load cni config',
    { path: '/etc/cni/net.d' },
  ],
  [
    'containerd/sandbox-network-failed',
    'failed to setup network for sandbox "0a1b": no such device',
    { sandbox: '0a1b', error: 'no such device' },
  ],
  [
    'containerd/sandbox-teardown-failed',
    'failed to destroy network for sandbox "0a1b": no such device',
    { sandbox: '0a1b', error: 'no such device' },
  ],
  [
    'runtime/socket-unreachable',
    'dial unix /run/containerd/containerd.sock: connect: no such file or directory',
    { path: '/run/containerd/containerd.sock', error: 'no such file or directory' },
  ],
  [
    'runtime/cri-unimplemented',
    'rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService',
    { service: 'runtime.v1.RuntimeService' },
  ],
  [
    'runtime/mount-failed',
    'error mounting "/srv/web.lock" to rootfs at "/run/web.lock": not a directory',
    { path: '/srv/web.lock', target: '/run/web.lock', error: 'not a directory' },
  ],
  [
    'runtime/mount-not-shared',
    'path "/sys/fs/bpf" is mounted on "/sys" but it is not a shared mount',
    { path: '/sys/fs/bpf', on: '/sys' },
  ],
  [
    'runtime/cgroup-path',
    'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/kubepods/x" instead',
    {},
  ],
  [
    'docker/bind-source-missing',
    'invalid mount config for type "bind": bind source path does not exist: /srv/web',
    { path: '/srv/web' },
  ],
  [
    'docker/daemon-unreachable',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    { socket: 'unix:///var/run/docker.sock' },
  ],
  [
    'docker/daemon-error',
    'Error response from daemon: No such container: calico-node',
    { error: 'No such container: calico-node' },
  ],
  ['kubelet/probe-failed', 'Readiness probe failed:', { probe: 'Readiness', output: '' }],
  [
    'kubelet/register-failed',
    '"Unable to register node with API server" err="Unauthorized" node="node-7"',
    { node: 'node-7' },
  ],
  ['kubelet/stopped-posting-status', 'Kubelet stopped posting node status.', {}],
  ['kubelet/never-posted-status', 'Kubelet never posted node status.', {}],
  [
    'kubelet/node-status',
    'Node node-7 status is now: NodeNotReady',
    { node: 'node-7', status: 'NodeNotReady' },
  ],
  ['kubelet/node-not-ready', 'Node is not ready', {}],
  [
    'kubelet/cannot-authorize',
    'Error from server (InternalError): Internal error occurred: Authorization error (user=kube-apiserver-kubelet-client, verb=get, resource=nodes, subresource=proxy)',
    { user: 'kube-apiserver-kubelet-client', verb: 'get', subresource: 'proxy' },
  ],
  [
    'kubelet/caller-forbidden',
    'error: unable to upgrade connection: Forbidden (user=kube-apiserver-kubelet-client, verb=create, resource=nodes, subresource=proxy)',
    { user: 'kube-apiserver-kubelet-client', verb: 'create', subresource: 'proxy' },
  ],
  [
    'kubelet/caller-forbidden',
    'Forbidden (user=kubelet-client, verb=get, resource=nodes, subresource(s)=[pods proxy])',
    { user: 'kubelet-client', verb: 'get', subresource: '[pods proxy]' },
  ],
  [
    'kubelet/rebooted',
    'Node node-7 has been rebooted, boot id: 1f2e-3d4c',
    { node: 'node-7', bootId: '1f2e-3d4c' },
  ],
  ['kubelet/starting', 'Starting kubelet.', {}],
  ['kubelet/status-update-failed', '"Error updating node status, will retry" err="Unauthorized"', {}],
  [
    'kubelet/status-update-gave-up',
    '"Unable to update node status" err="update node status exceeds retry count"',
    {},
  ],
  [
    'kubelet/node-not-found',
    '"Error getting the current node from lister" err="node \\"node-7\\" not found"',
    { node: 'node-7' },
  ],
  [
    'kubelet/lease-failed',
    '"Failed to ensure lease exists, will retry" err="Unauthorized" interval="7s"',
    {},
  ],
  [
    'kubelet/network-plugin-not-ready',
    'NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    { message: 'Network plugin returns error: cni plugin not initialized' },
  ],
  [
    'kubelet/runtime-not-ready',
    'container runtime not ready: RuntimeReady=false',
    { message: 'RuntimeReady=false' },
  ],
  ['kubelet/runtime-down', 'container runtime is down', {}],
  [
    'kubelet/pleg-unhealthy',
    'PLEG is not healthy: pleg was last seen active 4m2s ago; threshold is 3m0s',
    { message: 'pleg was last seen active 4m2s ago; threshold is 3m0s' },
  ],
  ['kubelet/invalid-disk-capacity', 'invalid capacity 0 on image filesystem', {}],
  ['kubelet/allocatable-enforced', 'Updated Node Allocatable limit across pods', {}],
  ['kubelet/posting-ready', 'kubelet is posting ready status', {}],
  ['kubelet/has-pressure', 'kubelet has disk pressure', { what: 'disk pressure' }],
  [
    'kubelet/liveness-failed-restart',
    'Container web failed liveness probe, will be restarted',
    { container: 'web' },
  ],
  [
    'kubelet/startup-failed-restart',
    'Container web failed startup probe, will be restarted',
    { container: 'web' },
  ],
  [
    'kubelet/back-off-restarting',
    'Back-off restarting failed container web in pod web-0_shop(1f2e)',
    { container: 'web', pod: 'web-0', namespace: 'shop' },
  ],
  ['kubelet/sandbox-changed', 'Pod sandbox changed, it will be killed and re-created.', {}],
  [
    'kubelet/probe-timed-out',
    'command "/bin/calico-node -felix-ready" timed out',
    { command: '/bin/calico-node -felix-ready' },
  ],
  ['kubelet/http-probe-failed', 'HTTP probe failed with statuscode: 500', { status: '500' }],
  [
    'kubelet/sandbox-create-failed',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = no such device',
    { error: 'rpc error: code = Unknown desc = no such device' },
  ],
  [
    'kubelet/kill-pod-failed',
    'error killing pod: failed to stop the sandbox',
    { error: 'failed to stop the sandbox' },
  ],
  [
    'kubelet/probe-errored',
    'Readiness probe errored and resulted in unknown state: rpc error: code = NotFound',
    { probe: 'Readiness', output: 'rpc error: code = NotFound' },
  ],
  ['kubelet/runtime-network-not-ready', 'container runtime network not ready on node-7', {}],
  [
    'kubelet/evicted-condition',
    'Pod was rejected: The node had condition: [DiskPressure, MemoryPressure]. ',
    { conditions: 'DiskPressure, MemoryPressure' },
  ],
  [
    'kubelet/storage-limit-exceeded',
    'Container web exceeded its local ephemeral storage limit "2Gi". ',
    { container: 'web', limit: '2Gi' },
  ],
  [
    'kubelet/pod-storage-limit-exceeded',
    'Pod ephemeral local storage usage exceeds the total limit of containers 3Gi. ',
    { limit: '3Gi' },
  ],
  [
    'kubelet/evicted-pod',
    'Eviction manager: pod is evicted successfully" pod="shop/web-0"',
    { namespace: 'shop', pod: 'web-0' },
  ],
  [
    'kubelet/image-gc-failed',
    'failed to garbage collect required amount of images. Wanted to free 4096 bytes, but freed 0 bytes',
    { wanted: '4096' },
  ],
  [
    'containerd/cni-reload-failed',
    'failed to reload cni configuration after receiving fs change event(REMOVE \\"/etc/cni/net.d/20-x.conflist\\")',
    { event: 'REMOVE', path: '/etc/cni/net.d/20-x.conflist' },
  ],
  [
    'containerd/cni-dir-removed',
    'cni network conf monitor error: cni conf dir is removed, stop watching',
    {},
  ],
]

provesEntries(
  [
    ...imageEntries,
    ...imageWrappers,
    ...kubeletEntries,
    ...podEntries,
    ...kubeletWrappers,
    ...runtimeEntries,
  ],
  {
    texts: rows,
    nearMisses: [
      ['an image that was pulled', 'Successfully pulled image "shop/web:v9" in 812ms'],
      ['a container that started', 'Started container web'],
      ['a volume that was mounted', 'MountVolume.SetUp succeeded for volume "web-ca"'],
      ['a pod that was placed', 'Successfully assigned shop/web-0 to node-7'],
      ['a network that was added', 'Add eth0 [10.42.3.9/32] from k8s-pod-network'],
      ['a table of pods', 'web-0   1/1   Running   0   9d   10.42.3.9   node-7'],
    ],
  },
)
