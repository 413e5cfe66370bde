/** Texts of kubelet that wrap another program's words: tried late, so that the inner error is named first. */
import { from } from '#cluster/messages/entries.ts'

export const kubeletWrappers = [
  ...from('kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_manager.go', {
    'kubelet/sandbox-create-failed': [
      'create pod sandbox',
      /Failed (?:to )?create pod sandbox: (?<error>.+)/i,
      'the pod’s sandbox could not be made: its network set-up or the runtime failed',
    ],
    'kubelet/kill-pod-failed': [
      'error killing pod: ',
      /error killing pod: (?<error>.+)/i,
      'the pod could not be taken down: mostly its network tear-down failed',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/prober/prober.go', {
    'kubelet/probe-failed': [
      // What a probe prints may be nothing; people then write so in parentheses, which no program does.
      ' probe failed:',
      /(?<probe>Liveness|Readiness|Startup) probe failed: ?(?<output>(?!\([\w ]{2,40}\)$).*|)/s,
      'a probe failed',
    ],
    'kubelet/probe-errored': [
      ' probe errored',
      /(?<probe>Liveness|Readiness|Startup) probe errored[^:]{0,60}: (?<output>.*)/s,
      'a probe could not be carried out',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/volume/util/operationexecutor/operation_generator.go', {
    'kubelet/mount-failed': [
      'mountvolume.setup failed for volume ',
      /MountVolume\.SetUp failed for volume \\{0,3}"(?<volume>[^"\\]+)\\{0,3}" ?(?:\(.{1,300}?\) )?: (?<inner>(?<error>.+))/,
      'a volume of the pod cannot be mounted',
    ],
    'kubelet/mount-timeout': [
      'unable to attach or mount volumes: ',
      /Unable to attach or mount volumes: unmounted volumes=\[(?<volumes>[^\]]{1,300})\]/,
      'a volume of the pod was not mounted in time',
    ],
    'kubelet/device-path-failed': [
      'mapvolume.',
      /MapVolume\.\w{3,40} failed for volume \\{0,3}"(?<volume>[^"\\]+)\\{0,3}" ?: (?<error>.+)/,
      'a volume of the pod cannot be used',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/volume/hostpath/host_path.go', {
    'kubelet/host-path-wrong': [
      'hostpath type check failed: ',
      /hostPath type check failed: (?<path>\/[^\s"\\]{0,300}) (?<error>is not a? ?[\w -]{3,60}|[a-z][\w -]{3,80})/,
      'a folder or file of the host is not there, or is of another kind than the pod asks for',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/kubelet_pods.go', {
    'kubelet/object-not-registered': [
      '" not registered',
      /object \\{0,3}"(?<namespace>[a-z0-9-]{1,63})\\{0,3}"\/\\{0,3}"(?<name>[a-z0-9.-]{1,253})\\{0,3}" not registered/,
      'kubelet does not know this Secret or ConfigMap yet: it starts, or the pod is gone',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/util/manager/watch_based_manager.go', {
    'kubelet/object-not-synced': [
      ' cache: timed out waiting for the condition',
      /failed to sync (?<kind>configmap|secret) cache: timed out waiting for the condition/,
      'kubelet has asked the API server for a Secret or ConfigMap of this pod and has had no answer within a second: it does not reach the API server, has only just begun, or may not read it',
    ],
  }),
]
