import { innerMessage } from '#cluster/queries.ts'
import type { MessageSign } from '#diagnosis/signs.ts'

/** What eBPF's own parts say. */
export const said: Readonly<Record<string, MessageSign>> = {
  'felix/bpf-map-create-failed': ({ message: { params } }) => [
    'decisive',
    `the kernel refuses a BPF map${params.error === undefined ? '' : `: ${params.error}`}`,
  ],
  'felix/bpf-maps-failed': ['decisive', 'the kernel refuses BPF maps'],
  'felix/bpf-command-failed': ['strong', 'a BPF map cannot be used'],
  'felix/bpf-program-load-failed': ['decisive', 'the kernel refuses a BPF program'],
  'felix/bpf-verifier': ['decisive', 'the kernel’s verifier refuses a BPF program'],
  'felix/bpf-cgroup-conflict': ['decisive', 'something else is mounted where eBPF needs its cgroup'],
  'felix/bpf-fs-mount-failed': ['decisive', 'the BPF file system cannot be mounted'],
  'felix/bpf-endpoint-manager-failed': ['decisive', 'eBPF cannot be set up'],
  'felix/bpf-connect-time-failed': ['decisive', 'eBPF’s load balancer cannot be attached'],
  'felix/bpf-healthz-failed': (row) =>
    innerMessage(row, 'net/listen-in-use') === undefined
      ? ['weak', 'Felix’s own kube-proxy has no health port']
      : ['decisive', 'something, mostly kube-proxy itself, has the health port of Felix’s own kube-proxy'],
  'felix/bpf-kube-proxy-panic': ['decisive', 'Felix’s own kube-proxy cannot start'],
  'felix/bpf-kube-proxy-failed': ['decisive', 'Felix’s own kube-proxy cannot start'],
  'felix/bpf-no-kubernetes-client': ['decisive', 'eBPF has no way to the API server'],
  'felix/bpf-memlock-failed': ['strong', 'Felix may not lock the memory that eBPF needs'],
  'felix/bpf-policy-failed': ['strong', 'the BPF programs of an interface are not in place'],
  'felix/bpf-default-policy-failed': ['weak', 'eBPF’s default policies are not in place'],
  'felix/bpf-service-failed': ['weak', 'eBPF cannot serve a Service'],
  'felix/bpf-ctlb-with-host-nat': ['strong', 'two settings of eBPF contradict each other'],
  'felix/bpf-unsupported': ['weak', 'eBPF is asked for and this kernel cannot do it'],
  'bpf-init/mount-failed': ({ message: { params } }) => [
    'strong',
    `the init container cannot mount the ${params.what} file system`,
  ],
  'bpf-init/network-failed': ['decisive', 'the init container cannot make the way to the API server'],
  'bpf-init/maps-failed': ['decisive', 'the init container’s BPF maps are refused'],
  'bpf-init/address-invalid': ['decisive', 'the API server’s address for eBPF is written wrongly'],
  'kubelet/back-off-restarting': ({ message: { params } }) =>
    params.container === 'mount-bpffs' || params.container === 'ebpf-bootstrap'
      ? ['decisive', `the init container ${params.container} fails again and again`]
      : undefined,
  'runtime/mount-not-shared': ({ message: { params } }) =>
    bpfPaths.has(params.path ?? '')
      ? ['decisive', `${params.path} is not a shared mount on the host`]
      : undefined,
  'kubelet/host-path-wrong': ({ message: { params } }) =>
    bpfPaths.has(params.path ?? '') ? ['decisive', `the host has no ${params.path}`] : undefined,
  'api/not-found': ({ message: { params } }) =>
    params.name === 'kubernetes-services-endpoint'
      ? ['strong', 'there is no ConfigMap kubernetes-services-endpoint']
      : undefined,
}

const bpfPaths = new Set(['/sys/fs/bpf', '/sys/fs'])

/** What kube-proxy and Felix say while each removes what the other wrote. */
export const ofProxy: Readonly<Record<string, MessageSign>> = {
  'kube-proxy/restore-failed': ['weak', 'kube-proxy cannot write its rules'],
  'kube-proxy/ensure-failed': ['weak', 'kube-proxy cannot write its rules'],
  'kube-proxy/sync-failed': ['weak', 'kube-proxy cannot write its rules'],
  'kube-proxy/canary-lost': ['weak', 'somebody removes kube-proxy’s rules'],
  'felix/iptables-restore-failed': ['weak', 'Felix’s rules are refused'],
  'felix/iptables-retry': ['weak', 'Felix’s rules are refused'],
  'felix/chain-out-of-sync': ['weak', 'somebody else edits Felix’s chains'],
  'felix/bpf-kube-proxy-cleanup': ['weak', 'Felix removes kube-proxy’s rules'],
}
