/** Felix’s eBPF data plane, its kube-proxy, and the init container that mounts its file systems. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const felixBpfEntries = [
  ...from('projectcalico/calico:felix/bpf/bpf.go', {
    'felix/bpf-map-create-failed': [
      'failed to create map ',
      /failed to create map \((?<map>[^)]+)\): (?<error>.+)/i,
      'the kernel refused a BPF map: rights, locked memory, or its file system',
    ],
    'felix/bpf-command-failed': [
      ' map (',
      /failed to (?<operation>update|dump|show|lookup in) map \((?<map>[^)]+)\)[^:]{0,80}: (?<error>.+)/i,
      'a BPF map cannot be used',
    ],
    'felix/bpf-kernel-too-old': [
      'kernel is too old (have: ',
      /kernel is too old \(have: (?<version>\S+) but want at least: (?<wanted>[^)\s]+)/,
      'the kernel is too old for eBPF',
    ],
    'felix/bpf-program-load-failed': [
      'failed to load bpf ',
      logged(
        /failed to load BPF (?:policy |log filter )?program\b(?: \(?(?<program>[^:\s()]+)\)?)?(?:: (?<error3>.+))?/i,
        { name: 'name' },
      ),
      'the kernel refused a BPF program',
    ],
    'felix/bpf-verifier': [
      'bpf_prog_load failed',
      /BPF_PROG_LOAD failed, (?:BPF Verifier output: ?(?<output>.*)|verifier log was empty)/,
      'the kernel’s verifier refused a BPF program',
    ],
    'felix/bpf-cgroup-conflict': [
      "something that's not cgroup v2 is already mounted",
      /something that's not cgroup v2 is already mounted in (?<path>\S+)/,
      'the connect-time load balancer has no cgroup of the new kind',
    ],
    'felix/bpf-mount-missing': [
      ' is not mounted',
      /(?<path>\/sys\/fs\/bpf|\/run\/calico\/cgroup|\/sys\/fs\/cgroup\S*) is not mounted/,
      'a file system that eBPF needs is not mounted',
    ],
    'felix/bpf-fs-mount-failed': [
      'mount bpffs',
      logged(/Failed to mount bpffs(?:, unable to do connect-time load balancing)?(?:: (?<error3>.+))?/i),
      'the BPF file system cannot be mounted',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/int_dataplane.go', {
    'felix/bpf-maps-failed': [
      'error creating bpf maps',
      logged(/error creating bpf maps/i),
      'the kernel refused BPF maps; Felix crashes',
    ],
    'felix/bpf-endpoint-manager-failed': [
      'failed to create bpf endpoint manager',
      logged(/Failed to create BPF endpoint manager/),
      'eBPF cannot be set up; Felix crashes',
    ],
    'felix/bpf-connect-time-failed': [
      'failed to attach connect-time load balancer',
      logged(/BPFConnTimeLBEnabled but failed to attach connect-time load balancer, bailing out/),
      'the connect-time load balancer cannot be attached; Felix crashes',
    ],
    'felix/bpf-healthz-failed': [
      'bpf proxy healthz server failed',
      logged(/BPF Proxy Healthz server failed/),
      'Felix’s own kube-proxy cannot have its health port: mostly a kube-proxy that still runs has it',
    ],
    'felix/bpf-kube-proxy-panic': [
      'failed to start kube-proxy.',
      logged(/Failed to start kube-proxy\./),
      'Felix’s own kube-proxy cannot start',
    ],
    'felix/bpf-kube-proxy-failed': [
      'kube-proxy failed to ',
      logged(/kube-proxy failed to (?<what>start|resync after host IPs update)/),
      'Felix’s own kube-proxy cannot start',
    ],
    'felix/bpf-no-kubernetes-client': [
      'bpf enabled but no kubernetes client available',
      /BPF enabled but no Kubernetes client available, unable to run kube-proxy module/,
      'eBPF has no way to the API server and serves no Services',
    ],
    'felix/bpf-enabled': [
      'bpf enabled, starting bpf endpoint manager',
      /BPF enabled, starting BPF endpoint manager and map manager/,
      'Felix runs its eBPF data plane',
    ],
    'felix/bpf-kube-proxy-cleanup': [
      "to clean up kube-proxy's rules",
      /BPF enabled, configuring iptables(?:\/nftables)?(?: layer)? to clean up kube-proxy's rules/,
      'Felix removes kube-proxy’s rules: a kube-proxy that still runs fights with it',
    ],
    'felix/bpf-memlock-failed': [
      'failed to increase rlimit_memlock',
      logged(/Failed to increase RLIMIT_MEMLOCK, loading BPF programs may fail/),
      'Felix may not lock the memory that eBPF needs',
    ],
    'felix/xdp-disabled': [
      "can't enable xdp acceleration",
      logged(/Can't enable XDP acceleration/),
      'harmless: this kernel or driver has no XDP',
    ],
    'felix/bpf-ctlb-with-host-nat': [
      'both bpfconnecttimeloadbalancing and bpfhostnetworkednatwithoutctlb are enabled',
      /Both BPFConnectTimeLoadBalancing and BPFHostNetworkedNATWithoutCTLB are enabled/,
      'two settings contradict each other',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/bpf_ep_mgr.go', {
    'felix/bpf-policy-failed': [
      'failed to apply policy to ',
      logged(/Failed to apply policy to (?<what>interface, will retry|endpoint, leaving it dirty)/, {
        iface: 'interface',
        ifaceName: 'interface',
        wep: 'endpoint',
      }),
      'the BPF programs of an interface are not in place',
    ],
    'felix/bpf-default-policy-failed': [
      'failed to load default policies',
      logged(/Failed to load default policies, some programs may default to DENY/),
      'eBPF may drop what it should pass',
    ],
  }),
  ...from('projectcalico/calico:felix/bpf/proxy/syncer.go', {
    'felix/bpf-services': [
      'applying new state, ',
      /Applying new state, (?<count>\d+) service/,
      'how many Services Felix’s kube-proxy writes',
    ],
    'felix/bpf-services-state': [
      'applying new state, ',
      /Applying new state, (?<state>(?!\d+ service).{1,4000})/,
      'the Services and back-ends that Felix’s kube-proxy writes (debug)',
    ],
    'felix/bpf-map-loaded': [
      'bpf map state from dataplane',
      /(?<what>Loading|Loaded) BPF map state from dataplane/,
      'Felix’s kube-proxy reads what the kernel holds',
    ],
    'felix/bpf-maps-inconsistent': [
      'found inconsistencies in existing bpf maps',
      /found inconsistencies in existing BPF maps, will rewrite maps from scratch/,
      'Felix’s kube-proxy starts its maps anew',
    ],
    'felix/bpf-service-failed': [
      'failed to apply ',
      /failed to apply (?<kind>LoadBalancer IP|ExternalIP|NodePort) (?<address>\S+) for service (?<service>\S+) : (?<error>.+)/,
      'Felix’s kube-proxy cannot serve a Service',
    ],
    'felix/bpf-no-route': [
      'no route for ',
      /^No route for (?<address>[\da-fA-F.:]+)$/,
      'eBPF knows no way to a back-end',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/nodeinit/calico-init_linux.go', {
    'bpf-init/mount-failed': [
      'failed to mount ',
      logged(/failed to mount (?<what>BPF|cgroup2) filesystem(?:: (?<error3>.+))?/i),
      'the init container cannot mount what eBPF needs: rights, SELinux or the kernel',
    ],
    'bpf-init/network-failed': [
      'failed to initialize bpf network',
      logged(/Failed to initialize BPF network/),
      'the init container cannot give the node its way to the API server',
    ],
    'bpf-init/maps-failed': [
      'failed to create bpf maps.',
      logged(/Failed to create bpf maps\./),
      'the init container’s BPF maps were refused',
    ],
    'bpf-init/mounted': [
      ' filesystem is ',
      /(?<what>BPF|[Cc]group2) filesystem is (?<state>not mounted|mounted)\./,
      'whether a file system that eBPF needs was there',
    ],
    'bpf-init/service-programmed': [
      ' in the nat maps',
      /Included kubernetes service \((?<address>[^)]*)\) and endpoints \((?<endpoints>[^)]*)\) in the Nat Maps/,
      'the node has its way to the API server without kube-proxy',
    ],
    'bpf-init/address-invalid': [
      'invalid address format: ',
      /invalid address format: (?<error>.+)/,
      'the API server’s address for eBPF is written wrongly',
    ],
  }),
]
