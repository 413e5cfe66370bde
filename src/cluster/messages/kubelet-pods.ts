/** Texts of kubelet about pods: their containers, probes, images and volumes; mostly seen as events. */
import { from } from '#cluster/messages/entries.ts'

export const podEntries = [
  ...from('kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_manager.go', {
    'kubelet/liveness-failed-restart': [
      'failed liveness probe, will be restarted',
      /Container (?<container>[\w.-]{1,253}) failed liveness probe, will be restarted/,
      'kubelet kills the container because its liveness probe failed too often in a row',
    ],
    'kubelet/startup-failed-restart': [
      'failed startup probe, will be restarted',
      /Container (?<container>[\w.-]{1,253}) failed startup probe, will be restarted/,
      'kubelet kills the container because it did not start in time',
    ],
    'kubelet/back-off-restarting': [
      'back-off ',
      /back-off (?<delay>[\dhms.]{1,12} )?restarting failed container(?:=(?<container>[\w.-]+) pod=(?<pod>[a-z0-9.-]+)_(?<namespace>[a-z0-9-]+)\(| (?<container2>[\w.-]+) in pod (?<pod2>[a-z0-9.-]+)_(?<namespace2>[a-z0-9-]+)\(|$|\b)/i,
      'the container ended again and again; kubelet waits before it starts it once more (CrashLoopBackOff)',
    ],
    'kubelet/sandbox-changed': [
      'pod sandbox changed, it will be killed',
      /Pod sandbox changed, it will be killed and re-created/,
      'the pod’s sandbox is gone (reboot, runtime restart) and is made again',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/prober/prober.go', {
    'kubelet/probe-timed-out': [
      'timed out',
      /command (?:timed out: )?"(?<command>[^"]+)" timed out(?: after (?<after>\w+))?/,
      'a probe’s command did not end in time: the node is overloaded or the program hangs',
    ],
    'kubelet/http-probe-failed': [
      'http probe failed with statuscode: ',
      /HTTP probe failed with statuscode: (?<status>\d+)/,
      'a probe was answered with an error',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_container.go', {
    'kubelet/config-error': [
      'createcontainerconfigerror',
      /\bCreateContainerConfigError\b/,
      'a container lacks a Secret or ConfigMap, or may not run as it is described',
    ],
    'kubelet/create-error': [
      'createcontainererror',
      /\bCreateContainerError\b/,
      'the runtime could not create a container',
    ],
    'kubelet/run-as-root': [
      'container has runasnonroot and image ',
      /container has runAsNonRoot and image (?:will run as root|has non-numeric user \((?<user>[^)]{1,80})\))/,
      'a container that must not run as root would',
    ],
    'kubelet/key-missing': [
      "couldn't find key ",
      /couldn't find key (?<key>\S{1,253}) in (?<kind>ConfigMap|Secret) (?<namespace>[a-z0-9-]{1,63})\/(?<name>[a-z0-9.-]{1,253})/,
      'a Secret or ConfigMap lacks a key that a container needs',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_manager.go', {
    'kubelet/sandbox-status-failed': [
      'failed to get sandbox ip',
      /failed to get sandbox ip(?:: (?<error>[^\n]+))?/i,
      'a pod has no address',
    ],
    'kubelet/killing': [
      'stopping container ',
      /Stopping container (?<container>[\w.-]{1,253})/,
      'a container is stopped because somebody or something asked for it',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/oom/oom_watcher_linux.go', {
    'kubelet/system-oom': [
      'system oom encountered',
      /System OOM encountered, victim process: (?<program>[^,\s]{1,80}), pid: (?<pid>\d+)/,
      'memory of the node ran out and the kernel killed a process',
    ],
  }),
  ...from('containerd/containerd:internal/cri/server/helpers.go', {
    'kubelet/oom-killed': [
      'oomkilled',
      /\bOOMKilled\b(?:, exit code (?<code>\d+))?/,
      'a container took more memory than its limit allows',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/eviction/helpers.go', {
    'kubelet/evicted': [
      'the node was low on resource: ',
      /The node was low on resource: (?<resource>[\w-]+)(?:\. Threshold quantity: (?<threshold>[^,\s]{1,40}), available: (?<available>[^.\s]{1,40}))?(?:\. Container (?<container>[\w.-]{1,253}) was using (?<used>[^,\s]{1,40}))?/,
      'kubelet evicted the pod because the node ran out of something',
    ],
    'kubelet/evicting': [
      'to reclaim',
      /(?:[Aa]ttempting|[Mm]ust evict pod\(s\)) to reclaim(?: \\{0,3}"?|" resourceName=")(?<resource>[\w-]{3,40})/,
      'kubelet evicts pods because the node runs out of something',
    ],
    'kubelet/evicted-condition': [
      'the node had condition: ',
      /The node had condition: \[(?<conditions>[\w, ]{3,120})\]/,
      'kubelet takes no pod, or evicts it, because the node runs out of something',
    ],
    'kubelet/storage-limit-exceeded': [
      'exceeded its local ephemeral storage limit',
      /Container (?<container>[\w.-]{1,253}) exceeded its local ephemeral storage limit "?(?<limit>\d[\d.]{0,20}\w{0,3})/,
      'kubelet evicts a pod that wrote more than it may',
    ],
    'kubelet/pod-storage-limit-exceeded': [
      'pod ephemeral local storage usage exceeds the total limit of containers',
      /Pod ephemeral local storage usage exceeds the total limit of containers "?(?<limit>\d[\d.]{0,20}\w{0,3})/,
      'kubelet evicts a pod that wrote more than it may',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/eviction/eviction_manager.go', {
    'kubelet/eviction-ranked': [
      'pods ranked for eviction',
      /[Ee]viction manager: pods ranked for eviction(?:: |" pods="?)(?<pods>[^\n]{1,4000})/,
      'the pods of a node in the order in which kubelet would evict them',
    ],
    'kubelet/evicted-pod': [
      'eviction manager: pod',
      /[Ee]viction manager: pod (?:(?<pod>[a-z0-9.-]{1,253})_(?<namespace>[a-z0-9-]{1,63})\(\S{1,60}\) )?(?:is )?evicted successfully(?:" pod="(?<namespace2>[a-z0-9-]{1,63})\/(?<pod2>[a-z0-9.-]{1,253})")?/,
      'kubelet evicted a pod because the node ran out of something',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/images/image_gc_manager.go', {
    'kubelet/image-gc-failed': [
      'to free ',
      /(?:failed to garbage collect required amount of images\. (?:Wanted|Attempted) to free|Failed to garbage collect required amount of images\. (?:Wanted|Attempted) to free) (?<wanted>\d{1,20}) bytes/,
      'kubelet found too few images to delete: the disk is full of something else',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/lifecycle/predicate.go', {
    'kubelet/host-port-taken': [
      'predicate nodeports failed',
      /Predicate NodePorts failed/,
      'another pod of the node has the port',
    ],
  }),
]
