/** Texts of kubelet: conditions, events and its own log; and of the node controller, which writes on its behalf. */
import { from } from '#cluster/messages/entries.ts'

export const kubeletEntries = [
  ...from('kubernetes/kubernetes:pkg/controller/nodelifecycle/node_lifecycle_controller.go', {
    'kubelet/stopped-posting-status': [
      'kubelet stopped posting node status',
      /Kubelet stopped posting node status/,
      'the control plane has not heard of this node’s kubelet for the grace period: the node is down, kubelet is, or the way between them',
    ],
    'kubelet/never-posted-status': [
      'kubelet never posted node status',
      /Kubelet never posted node status/,
      'the node was registered and its kubelet has not reported since',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/controller/util/node/controller_utils.go', {
    'kubelet/node-status': [
      ' status is now: ',
      /Node (?<node>[\w.-]{1,253}) status is now: (?<status>\w+)/,
      'the node changed its state',
    ],
    'kubelet/node-not-ready': ['node is not ready', /^Node is not ready$/, 'the pod’s node is not ready'],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/kubelet_node_status.go', {
    'kubelet/rebooted': [
      'has been rebooted, boot id: ',
      /Node (?<node>[\w.-]{1,253}) has been rebooted, boot id: (?<bootId>[\w-]+)/,
      'the node was rebooted',
    ],
    'kubelet/starting': ['starting kubelet.', /^"?Starting kubelet\."?$/, 'kubelet started'],
    'kubelet/status-update-failed': [
      'error updating node status, will retry',
      /Error updating node status, will retry/,
      'kubelet cannot write its node’s status: it does not reach the API server, or is not allowed to',
    ],
    'kubelet/status-update-gave-up': [
      'update node status exceeds retry count',
      /Unable to update node status.*?update node status exceeds retry count/,
      'kubelet gave up writing its node’s status for this round',
    ],
    'kubelet/register-failed': [
      'unable to register node with api server',
      /Unable to register node with API server/,
      'kubelet cannot register its node',
    ],
    'kubelet/node-not-found': [
      'error getting node',
      /Error getting (?:the current )?node.*?node "(?<node>[^"\\]+)\\?" not found/,
      'kubelet’s node does not exist in the API under this name',
    ],
  }),
  ...from('kubernetes/kubernetes:staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go', {
    'kubelet/lease-failed': [
      'lease',
      /(?:Failed to (?:ensure lease exists|update (?:node )?lease|get (?:node )?lease)|failed to ensure (?:node )?lease exists)/i,
      'kubelet cannot renew its lease at the API server',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/runtime.go', {
    'kubelet/network-plugin-not-ready': [
      'reason:networkpluginnotready',
      /NetworkReady=false reason:NetworkPluginNotReady message:(?<message>.+)/,
      'the container runtime found no CNI configuration that it can use on this node',
    ],
    'kubelet/runtime-not-ready': [
      'container runtime not ready: ',
      /container runtime not ready: (?<message>.+)/,
      'the container runtime is not ready',
    ],
    'kubelet/runtime-down': [
      'container runtime is down',
      /container runtime is down/,
      'the container runtime does not answer',
    ],
    'kubelet/pleg-unhealthy': [
      'pleg is not healthy',
      /PLEG is not healthy: (?<message>.+)/,
      'the container runtime answers too slowly',
    ],
  }),
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
  ...from('kubernetes/kubernetes:pkg/kubelet/images/image_manager.go', {
    'kubelet/back-off-pulling': [
      'back-off pulling image ',
      /Back-off pulling image "(?<image>[^"]+)"/,
      'an image cannot be pulled; kubelet waits before it tries again',
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
  ...from('kubernetes/kubernetes:pkg/kubelet/stats/cri_stats_provider.go', {
    'kubelet/invalid-disk-capacity': [
      'invalid capacity 0 on image filesystem',
      /invalid capacity 0 on image filesystem/,
      'harmless: printed each time kubelet starts before the runtime has reported its disk',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/cm/node_container_manager_linux.go', {
    'kubelet/allocatable-enforced': [
      'updated node allocatable limit across pods',
      /Updated Node Allocatable limit across pods/,
      'kubelet started and set its limits',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/nodestatus/setters.go', {
    'kubelet/posting-ready': [
      'kubelet is posting ready status',
      /kubelet is posting ready status/,
      'the node is ready',
    ],
    'kubelet/has-pressure': [
      'kubelet has ',
      /kubelet has (?<what>insufficient memory available|disk pressure|insufficient PID available)/,
      'the node runs out of memory, disk or process ids',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/eviction/helpers.go', {
    'kubelet/evicted': [
      'the node was low on resource: ',
      /The node was low on resource: (?<resource>[\w-]+)/,
      'kubelet evicted the pod because the node ran out of something',
    ],
  }),
]

/** Texts that wrap another program's words: tried after everything else, so that the inner error is named first. */
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
  ...from('kubernetes/kubernetes:pkg/kubelet/images/image_manager.go', {
    'kubelet/pull-failed': [
      'failed to pull ',
      /Failed to pull (?:and unpack )?image "(?<image>[^"]+)": (?<error>.+)/i,
      'an image cannot be pulled',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/prober/prober.go', {
    'kubelet/probe-failed': [
      ' probe failed: ',
      /(?<probe>Liveness|Readiness|Startup) probe failed: (?<output>.*)/s,
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
      /MountVolume\.SetUp failed for volume "(?<volume>[^"]+)" ?: (?<error>.+)/,
      'a volume of the pod cannot be mounted',
    ],
  }),
]
