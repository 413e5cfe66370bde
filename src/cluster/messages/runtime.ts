/** The container runtimes (containerd, CRI-O, Docker) and what they say about CNI plugins, whosever these are. */
import { from } from '#cluster/messages/entries.ts'

export const runtimeEntries = [
  ...from('containernetworking/cni:pkg/invoke/delegate.go', {
    // A token that is refused, where the plugin names nothing else: multus, and Calico's before it reads anything.
    'cni/unauthorized-bare': [
      'unauthorized',
      /(?:plugin type=\\{0,3}"(?<plugin>[\w.-]{1,80})\\{0,3}"[^\n]{0,400}?|CNI[^\n]{0,400}?)(?<!connection is unauthorized): Unauthorized\b/,
      'the API server does not accept the CNI plugin’s token',
    ],
  }),
  ...from('k8snetworkplumbingwg/multus-cni:pkg/multus/multus.go', {
    'multus/delegate-failed': [
      'error adding container to network ',
      /\[(?<namespace>[a-z0-9.-]{1,63})\/(?<pod>[a-z0-9.-]{1,253})(?:\/(?<uid>[\w-]{0,40}))?:(?<network>[^\]\s]{1,253})\]: error adding container to network \\{0,3}"(?:[^"\\]{1,253})\\{0,3}": (?<inner>(?<error>[^\n]+))/,
      'a plugin that multus called could not set up a pod’s network',
    ],
    'multus/pod-unreadable': [
      'multus: ',
      /Multus: \[(?<namespace>[a-z0-9.-]{1,63})\/(?<pod>[a-z0-9.-]{1,253})(?:\/[\w-]{0,40})?\]: (?<inner>(?<error>[^\n]+))/,
      'multus could not set up a pod’s network',
    ],
  }),
  ...from('containernetworking/cni:libcni/api.go', {
    'runtime/cni-plugin-failed': [
      'failed (',
      /plugin (?:type=)?\\{0,3}"(?<plugin>[\w.-]{1,80})\\{0,3}"(?: name=\\{0,3}"(?<network>[^"\\]{1,253})\\{0,3}")? failed \((?<operation>add|delete|check|status)\): (?<inner>(?<error>[^\n]+))/,
      'a CNI plugin could not do its work',
    ],
    'runtime/default-network-missing': [
      'missing cni default network',
      /Missing CNI default network/,
      'no CNI configuration in the folder that the runtime reads',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/dockershim/network/plugins.go', {
    'runtime/network-plugin-failed': [
      'networkplugin ',
      /[nN]etworkPlugin (?<plugin>[\w.-]{1,80}) failed (?:to )?(?<operation>set ?up|teardown|on the status hook for) pod \\{0,3}"(?<pod>[a-z0-9.-]{1,253})(?:_(?<namespace>[a-z0-9-]{1,63}))?\\{0,3}"(?: network)?(?::| -) (?<inner>(?<error>[^\n]+))/,
      'a CNI plugin could not set up or take down a pod’s network (kubelet with Docker)',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/dockertools/docker_manager.go', {
    'runtime/pod-network-failed': [
      'failed to setup network for pod ',
      /Failed to setup network for pod \\{0,3}"(?<pod>[a-z0-9.-]{1,253})_(?<namespace>[a-z0-9-]{1,63})\(\S{1,60}\)\\{0,3}" using network plugins \\{0,3}"(?<plugin>[\w.-]{1,80})\\{0,3}": (?<inner>(?<error>[^\n]+))/,
      'a CNI plugin could not set up a pod’s network (kubelet before 1.7, with Docker)',
    ],
  }),
  ...from('cri-o/ocicni:pkg/ocicni/ocicni.go', {
    'crio/cni-failed': [
      'cni network ',
      /error (?<operation>adding|removing|checking) pod (?<namespace>[a-z0-9-]{1,63})_(?<pod>[a-z0-9.-]{1,253}) (?:to|from) CNI network \\{0,3}"(?<network>[^"\\]{1,253})\\{0,3}": (?<inner>(?<error>[^\n]+))/,
      'a CNI plugin could not set up or take down a pod’s network (CRI-O)',
    ],
  }),
  ...from('cri-o/cri-o:server/sandbox_run_linux.go', {
    'crio/sandbox-network-failed': [
      'failed to create pod network sandbox ',
      /failed to create pod network sandbox (?<sandbox>[\w.-]{1,300})(?:\(\w{1,64}\))?: (?<inner>(?<error>[^\n]+))/,
      'the CNI plugin could not set up a pod’s network',
    ],
  }),
  ...from('containerd/containerd:internal/cri/server/sandbox_run.go', {
    'containerd/sandbox-network-failed': [
      'failed to setup network for sandbox ',
      /failed to setup network for sandbox \\{0,3}"(?<sandbox>\w+)\\{0,3}":? (?<error>.+)/,
      'the CNI plugin could not set up a pod’s network',
    ],
    'containerd/sandbox-teardown-failed': [
      'failed to destroy network for sandbox ',
      /failed to destroy network for sandbox \\{0,3}"(?<sandbox>\w+)\\{0,3}":? (?<error>.+)/,
      'the CNI plugin could not take down a pod’s network',
    ],
    'containerd/no-cni-config': [
      'no network config found in ',
      /no network config found in (?<path>\S+?): cni plugin not initialized/,
      'no CNI configuration on this node',
    ],
  }),
  ...from('containerd/containerd:internal/cri/server/cni_conf_syncer.go', {
    'containerd/cni-reload-failed': [
      'failed to reload cni configuration after receiving fs change event',
      /failed to reload cni configuration after receiving fs change event\((?:(?<event>[A-Z|]{3,40})\s{1,10})?\\{0,3}"(?<path>\/[^"\\\s]{1,300})\\{0,3}"(?:: (?<event2>[A-Z|]{3,40}))?/,
      'a file of /etc/cni/net.d changed and containerd found no configuration that it can use',
    ],
    'containerd/cni-dir-removed': [
      'cni conf dir is removed, stop watching',
      /cni conf dir is removed, stop watching/,
      'somebody removed /etc/cni/net.d while containerd ran: it does not see what is written there later',
    ],
  }),
  ...from('containerd/containerd:client/client.go', {
    'runtime/socket-unreachable': [
      '.sock: connect: ',
      /dial unix (?<path>\/[\w./-]{3,160}?(?:containerd|crio|docker|dockershim|cri-dockerd)\.sock): connect: (?<error>no such file or directory|connection refused|permission denied)/,
      'the container runtime does not run, or its socket is elsewhere',
    ],
    'runtime/cri-unimplemented': [
      'unknown service runtime.',
      /unknown service (?<service>runtime\.v1(?:alpha2)?\.\w{3,30})/,
      'the runtime’s CRI plugin is off, or runtime and kubelet are too far apart in version',
    ],
  }),
  ...from('opencontainers/runc:libcontainer/rootfs_linux.go', {
    'runtime/mount-failed': [
      'error mounting ',
      /error mounting \\{0,3}"(?<path>[^"\\]{1,300})\\{0,3}" to rootfs at \\{0,3}"(?<target>[^"\\]{1,300})\\{0,3}": (?<error>[^\n]+)/,
      'a folder or file of the host could not be put into the container',
    ],
    'runtime/mount-not-shared': [
      'not a shared ',
      /path \\{0,3}"?(?<path>\/[^"\\\s]{1,300})\\{0,3}"? is mounted on \\{0,3}"?(?<on>\/[^"\\\s]{0,300})\\{0,3}"? but it is not a shared (?:or slave )?mount/,
      'the host’s mount does not pass mounts on, which the container asks for',
    ],
  }),
  ...from('opencontainers/runc:libcontainer/cgroups/systemd/common.go', {
    'runtime/cgroup-path': [
      'expected cgroupspath to be of format ',
      /expected cgroupsPath to be of format [^\n]{0,60}?systemd cgroups/,
      'kubelet and runtime use different cgroup drivers',
    ],
  }),
  ...from('moby/moby:volume/mounts/validate.go', {
    'docker/bind-source-missing': [
      'bind source path does not exist: ',
      /(?:invalid mount config for type "bind": )?bind source path does not exist: (?<path>\/[^\s"]{0,300})/,
      'a folder or file of the host that the container asks for does not exist',
    ],
  }),
  ...from('docker/cli:cli/command/cli.go', {
    'docker/daemon-unreachable': [
      'cannot connect to the docker daemon',
      /Cannot connect to the Docker daemon(?: at (?<socket>\S{1,160}?)\.(?=\s|$))?/i,
      'Docker does not run',
    ],
    'docker/daemon-error': [
      'error response from daemon: ',
      /Error response from daemon: (?<error>[^\n]+)/i,
      'Docker refused a request',
    ],
  }),
]
