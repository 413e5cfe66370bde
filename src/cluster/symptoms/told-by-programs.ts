/** Symptoms that programs tell in words. Which line is of which symptom is said here; what it means, in the catalogue. */
import { ask } from '#cluster/asking.ts'
import { isOfCalico } from '#cluster/calico-messages.ts'
import type { Reads } from '#cluster/facts.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { askCalicoLog, askCalicoPod, askCalicoPods, askTypha } from '#cluster/symptoms/asking.ts'
import { fromMessages } from '#cluster/symptoms/from-messages.ts'
import type { SymptomEntry } from '#cluster/symptoms.ts'

export const calicoNodeStartFailing = fromMessages({
  id: 'calico-node-start-failing',
  title: 'calico-node ends while it starts',
  messages: [
    'startup/terminating',
    'startup/failed',
    'startup/datastore-config-error',
    'startup/node-write-failed',
    'startup/address-in-use',
    'startup/address-conflict',
    'startup/autodetect-failed',
    'startup/autodetect-method-invalid',
    'startup/address-env-invalid',
    'startup/no-addresses',
    'startup/address-config-failed',
    'startup/node-unreachable',
    'startup/node-read-failed',
    'startup/pools-read-failed',
    'startup/kubeadm-config-failed',
    'startup/pool-create-failed',
    'startup/felix-config-failed',
    'startup/bgp-config-failed',
    'startup/ipam-config-failed',
    'startup/resource-init-failed',
    'startup/mount-missing',
    'startup/nodename-unwritable',
    'startup/folder-create-failed',
    'startup/pool-env-invalid',
    'startup/as-number-invalid',
    'startup/pool-mode-invalid',
    'tunnel/pools-exhausted',
    'tunnel/allocator-failed',
    'tunnel/reconcile-failed',
  ],
  endedBy: ['startup/succeeded', 'startup/using-node-name', 'startup/address-kept'],
  questions: ({ about }, facts) => [
    askCalicoLog(facts, about, 'the lines before say which of its steps failed'),
  ],
})

/** The server was reached, and says that there is no such object. */
const isMissing = ({ message: { params } }: MessageRow): boolean =>
  params.error?.startsWith('resource does not exist') === true

export const apiUnreachable = fromMessages({
  id: 'api-unreachable',
  title: 'Calico cannot reach the API server (or its datastore) from a node',
  only: (_, row) => !isMissing(row),
  messages: [
    'startup/datastore-retry',
    'cni/api-unreachable',
    'cni/token-create-failed',
    'cni/token-update-failed',
    'felix/datastore-client-failed',
    'felix/config-unreadable',
    'felix/datastore-reconnect',
    'datastore/connection-failed',
    'tunnel/no-datastore',
    'cni/datastore-failed',
    'cni/kubernetes-client-failed',
    'kube-controllers/api-unreachable',
    'kube-controllers/datastore-unverified',
    'kube-controllers/datastore-not-ready',
    'confd/kubernetes-client-failed',
    'startup/kubernetes-node-unreadable',
    'etcd/dial-timeout',
    'etcd/unavailable',
    'coredns/waiting-for-api',
    'install-cni/client-failed',
  ],
  endedBy: ['startup/datastore-ready', 'felix/in-sync', 'cni/token-updated'],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether the node reaches the API server by its own address, and by the Service’s',
      command: ({ node }) =>
        `ssh ${node} 'nc -vz -w 3 <api-server-address> 6443; nc -vz -w 3 <kubernetes-service-ip> 443'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether kube-proxy runs on just these nodes',
      command: 'kubectl get pods -n kube-system -o wide | grep kube-proxy',
    }),
  ],
})

/** The kubelet is refused what a pod of Calico's needs: it asks too late, for a pod that went, or has no name of its own. */
const isKubelets = ({ message: { params, inner = [] } }: MessageRow): boolean =>
  [params.user, ...inner.map((one) => one.params.user)].some((user) => user?.startsWith('system:node:'))

export const accessRefused = fromMessages({
  id: 'access-refused',
  title: 'the API server refuses Calico’s account or token',
  // Of accounts and tokens in general only where they are Calico's.
  only: (facts, row) => isOfCalico(facts, row) && !isKubelets(row),
  messages: [
    'cni/unauthorized',
    'cni/forbidden',
    'startup/datastore-unauthorized',
    'datastore/list-failed',
    'cni/unauthorized-bare',
    'datastore/unauthorized',
    'api/forbidden',
    'api/unauthorized',
    'api/role-missing',
    'token/invalid',
    'token/expired',
    'token/not-yet-valid',
    'token/used-before-issued',
    'token/issued-in-future',
    'token/invalidated',
    'apiserver/authentication-failed',
    'confd/secrets-unwatched',
  ],
  questions: ({ about }, facts) => [
    askCalicoLog(facts, about, 'who is refused: calico-node itself, or only the CNI plugin'),
  ],
})

export const typhaUnreachable = fromMessages({
  id: 'typha-unreachable',
  title: 'calico-node gets nothing from Typha',
  messages: [
    'felix/typha-connect-failed',
    'felix/typha-gave-up',
    'typha/endpoint-failed',
    'typha/certificate-invalid',
    'typha/refused-us',
    'typha/discovery-failed',
    'typha/service-endpoints-failed',
    'typha/none-ready',
    'typha/service-incomplete',
    'typha/all-failed',
    'typha/certificate-name',
    'confd/typha-lost',
    'typha/retrying',
    'typha/list-failed',
    'typha/restart-failed',
    'typha/hello-failed',
    'felix/service-lookup-failed',
  ],
  endedBy: ['felix/in-sync'],
  questions: ({ about }, facts) => [
    askTypha(facts, about),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether Typha’s port can be reached from that host',
      command: ({ node }) => `ssh ${node} 'nc -vz -w 3 <typha-address> 5473'`,
      cost: 4,
    }),
  ],
})

export const dataplaneNotProgrammed = fromMessages({
  id: 'dataplane-not-programmed',
  title: 'Felix cannot program the node (iptables, IP sets, routes, devices)',
  messages: [
    'felix/iptables-restore-failed',
    'felix/iptables-retry',
    'felix/iptables-gave-up',
    'felix/iptables-save-failed',
    'felix/iptables-incompatible-nft',
    'felix/nftables-failed',
    'felix/ipset-list-failed',
    'felix/ipset-resync-failed',
    'felix/ipset-gave-up',
    'felix/ipset-restore-failed',
    'felix/vxlan-device-exists',
    'felix/tunnel-device-failed',
    'felix/parent-device-missing',
    'felix/rpf-loose',
    'felix/mark-bits-missing',
    'felix/iptables-retry-error',
    'felix/iptables-diagnostics',
    'felix/iptables-command-missing',
    'felix/nft-transaction-failed',
    'felix/nft-command-failed',
    'felix/nft-list-failed',
    'felix/nft-mode-undetected',
    'felix/ipset-parse-failed',
    'felix/ipset-start-failed',
    'felix/route-sync-failed',
    'felix/route-add-failed',
    'felix/fdb-write-failed',
    'felix/vxlan-create-failed',
    'felix/tunnel-parent-missing',
    'felix/tunnel-up-failed',
    'felix/tunnel-address-failed',
    'felix/wireguard-link-failed',
    'felix/wireguard-programming-failed',
    'felix/wireguard-up-failed',
    'felix/bpf-map-create-failed',
    'felix/bpf-command-failed',
    'felix/bpf-program-load-failed',
    'felix/bpf-maps-failed',
    'felix/bpf-kernel-too-old',
    'felix/bpf-service-failed',
    'felix/forwarding-failed',
    'felix/interfaces-unreadable',
    'bird/kernel-route-refused',
    'ipset/incompatible',
    'ipset/kernel-error',
    'ipset/type-unsupported',
    'iptables/match-missing',
    'iptables/target-missing',
    'iptables/table-missing',
    'iptables/insmod',
    'iptables/extension-unsupported',
    'iptables/nft-refused',
    'nft/crashed',
    'bpf-init/mount-failed',
    'bpf-init/maps-failed',
  ],
  questions: ({ about }, facts) => [
    askCalicoLog(facts, about, 'Felix quotes there what the kernel’s tools answered'),
  ],
})

export const cniInstallFailing = fromMessages({
  id: 'cni-install-failing',
  title: 'the CNI plugin cannot be installed on a node',
  messages: [
    'install-cni/no-writeable-directory',
    'install-cni/install-failed',
    'install-cni/binary-unusable',
    'install-cni/config-invalid',
    'cni/token-write-failed',
    'cni/plugin-missing',
    'install-cni/directory-read-only',
    'install-cni/directory-failed',
    'install-cni/not-mounted',
    'install-cni/copy-failed',
    'install-cni/copy-refused',
    'install-cni/tls-failed',
    'cni/kubeconfig-failed',
    'docker/bind-source-missing',
  ],
  endedBy: ['install-cni/done'],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the installer says',
      command: ({ namespace, pod }) => `kubectl logs -n ${namespace} ${pod} -c install-cni`,
      cost: 2,
    }),
  ],
})

export const addressAssignmentFailing = fromMessages({
  id: 'address-assignment-failing',
  title: 'pods or tunnels get no address',
  messages: [
    'ipam/no-free-address',
    'ipam/block-limit',
    'ipam/strict-affinity-full',
    'ipam/no-pool-for-node',
    'ipam/no-qualified-pool',
    'ipam/pool-unknown',
    'ipam/assigned-none',
    'cni/ipam-empty',
    'cni/no-pod-cidr',
    'tunnel/no-address',
    'ipam/no-pools',
    'ipam/no-free-block',
    'ipam/pool-exhausted',
    'ipam/windows-strict-affinity',
    'ipam/address-outside-pools',
    'ipam/find-block-failed',
    'ipam/block-limit-reached',
    'ipam/block-limit-per-host',
    'ipam/allocated-fewer',
    'ipam/pools-wrong-family',
    'ipam/unclaimed-block-failed',
    'tunnel/pools-exhausted',
    'operator/waiting-for-pools',
    'operator/strict-affinity-windows',
    'cni/ipam-failed',
  ],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['ipamBlocks', 'ipPools'],
      why: 'how full the pools and blocks are, and whose they are',
      command: 'calicoctl ipam show --show-blocks; calicoctl get ippool -o wide; kubectl get nodes',
      cost: 1,
    }),
  ],
})

export const calicoPodsNotCreated = fromMessages({
  id: 'calico-pods-not-created',
  title: 'Calico’s pods are not created',
  only: (facts, row) => isOfCalico(facts, row) && !hasItsNode(facts, row),
  messages: [
    'controller/create-failed',
    'api/pod-security-violated',
    'api/security-refused',
    'api/pod-policy-refused',
    'api/security-context-denied',
    'api/object-forbidden',
    'scheduler/no-node',
  ],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['daemonSets', 'events'],
      why: 'the DaemonSet’s events say who refuses its pods',
      command: ({ namespace }) => `kubectl describe daemonset -n ${namespace} calico-node`,
    }),
  ],
})

/** It waited for a node, as in every cluster that is new, and has one. */
const hasItsNode = (facts: Reads<'pods'>, { message, pod }: MessageRow): boolean =>
  message.id === 'scheduler/no-node' &&
  facts.rows('pods').some((one) => one.name === pod?.name && one.node !== undefined)

export const calicoImageNotPulled = fromMessages({
  id: 'calico-image-not-pulled',
  title: 'an image of Calico’s cannot be pulled or run',
  only: isOfCalico,
  messages: [
    'kubelet/pull-failed',
    'kubelet/back-off-pulling',
    'kubelet/image-pull-error',
    'kubelet/image-pull-back-off',
    'kubelet/image-never-pulled',
    'exec/format-error',
    'registry/manifest-unknown',
  ],
  questions: ({ about }, facts) => [askCalicoPod(facts, about, 'its events quote the registry’s answer')],
})

export const calicoPodEvicted = fromMessages({
  id: 'calico-pod-evicted',
  title: 'kubelet evicts Calico’s pods',
  only: isOfCalico,
  messages: ['kubelet/evicted'],
  questions: ({ about }, facts) => [askCalicoPods(facts, about, 'which pods are evicted, and where')],
})

export const resourceRefused = fromMessages({
  id: 'resource-refused',
  title: 'a resource of Calico’s cannot be applied',
  messages: [
    'calicoctl/field-invalid',
    'calicoctl/resource-failed',
    'calicoctl/resources-failed',
    'ippool/overlap',
    'ippool/vxlan-on-ipv6',
    'ippool/ipip-on-ipv6',
    'ippool/both-tunnels',
    'ippool/link-local',
    'ippool/too-small',
    'ippool/not-masked',
    'kubectl/crds-first',
    'kubectl/unrecognized',
    'api/kind-unknown',
    'api/resource-unknown',
  ],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['versions'],
      why: 'whether manifest, CRDs, Calico and Kubernetes fit each other',
    }),
  ],
})

export const operatorDegraded = fromMessages({
  id: 'operator-degraded',
  title: 'tigera-operator cannot do its work',
  messages: [
    'operator/write-failed',
    'operator/migration-failed',
    'operator/migration-selector-not-ready',
    'operator/migration-wait-failed',
    'operator/migration-nodes-failed',
    'operator/conversion-failed',
    'operator/installation-unmanageable',
    'operator/installation-invalid',
    'operator/pools-mismatch',
    'operator/typha-scale-failed',
    'operator/typha-room',
    'operator/ca-failed',
    'operator/keypair-failed',
    'operator/typha-secrets',
    'operator/pod-failed',
    'operator/component-missing',
    'operator/object-update-failed',
  ],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'the operator says what stops it',
      command:
        'kubectl logs -n tigera-operator deployment/tigera-operator --tail=200; kubectl get tigerastatus',
      cost: 2,
    }),
  ],
})

export const calicoApiUnavailable = fromMessages({
  id: 'calico-api-unavailable',
  title: 'the aggregated API v3.projectcalico.org is not available',
  messages: [
    'kubectl/service-unavailable',
    'apiservice/no-response',
    'apiservice/unavailable',
    'apiservice/no-endpoints',
    'calico-apiserver/service-missing',
    'calico-apiserver/ended',
  ],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['apiServices'],
      why: 'whether the aggregated API is available, and why not',
    }),
  ],
})

export const hostOutOfResources = fromMessages({
  id: 'host-out-of-resources',
  title: 'a limit of the host is reached',
  messages: [
    'kernel/conntrack-full',
    'kernel/conntrack-full-namespace',
    'kernel/neighbour-full',
    'host/too-many-files',
    'host/inotify-limit',
    'host/fsnotify-limit',
    'host/no-space',
    'kernel/pids-limit',
  ],
  questions: ({ about }, facts) => [
    ask(facts, about, {
      fills: ['settings'],
      why: 'which limit it is, and how near',
      command: ({ node }) =>
        `ssh ${node} 'dmesg -T | tail -50; sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max fs.inotify.max_user_instances fs.file-nr; df -h'`,
      cost: 4,
    }),
  ],
})

/** In the order in which a report names them. */
export const toldByPrograms: readonly SymptomEntry[] = [
  calicoPodsNotCreated,
  calicoImageNotPulled,
  calicoPodEvicted,
  calicoNodeStartFailing,
  apiUnreachable,
  accessRefused,
  typhaUnreachable,
  dataplaneNotProgrammed,
  cniInstallFailing,
  addressAssignmentFailing,
  resourceRefused,
  operatorDegraded,
  calicoApiUnavailable,
  hostOutOfResources,
]
