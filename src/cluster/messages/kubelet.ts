/** Texts of kubelet about its node: conditions, events, its own log; and of the node controller, which writes on its behalf. */
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
      /Unable to register node with API server(?:.*? node="(?<node>[^"]+)")?/,
      'kubelet cannot register its node',
    ],
    'kubelet/node-not-found': [
      'error getting ',
      /Error getting (?:the current )?node.*?node \\{0,3}"(?<node>[^"\\]+)\\{0,3}" not found/,
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
  ...from('kubernetes/kubernetes:pkg/kubelet/dockershim/docker_service.go', {
    'kubelet/cgroup-driver-mismatch': [
      'kubelet cgroup driver: ',
      /misconfiguration: kubelet cgroup driver: \\{0,3}"(?<kubelet>\w+)\\{0,3}" is different from docker cgroup driver: \\{0,3}"(?<runtime>\w+)/,
      'kubelet and the runtime use different cgroup drivers; kubelet does not start',
    ],
  }),
  ...from('kubernetes/kubernetes:cmd/kubelet/app/server.go', {
    'kubelet/start-failed': [
      'failed to run kubelet',
      /[Ff]ailed to run [Kk]ubelet(?:: (?<error>(?:[^"\\\n]|\\.){1,2000})|" err="(?<error2>(?:[^"\\\n]|\\.){0,2000}))/,
      'kubelet does not start',
    ],
    'kubelet/swap-on': [
      'running with swap on is not supported',
      /running with swap on is not supported/,
      'kubelet does not start while swap is on',
    ],
    'kubelet/config-missing': [
      'failed to load kubelet config file',
      /failed to load [Kk]ubelet config file[^\n]{0,160}?(?<path>\/[\w./-]{1,160}\.ya?ml)/,
      'kubelet has no configuration: the node has not joined',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/cm/container_manager_linux.go', {
    'kubelet/cgroup-failed': [
      'failed to ensure ',
      /[Ff]ailed to ensure (?:that )?(?:the pod: )?[^\n]{1,160}?\bcgroups?\b[^\n:]{0,80}(?:: (?<error>[^\n]+))?/,
      'kubelet cannot make a control group for a pod',
    ],
    'kubelet/pod-cgroup-failed': [
      'unable to ensure pod container exists: ',
      /unable to ensure pod container exists: (?<error>[^\n]+)/,
      'kubelet cannot make a control group for a pod',
    ],
    'kubelet/qos-cgroups-failed': [
      'failed to initialize top level qos containers',
      /failed to initialize top level QOS containers(?:: (?<error>(?:[^"\\\n]|\\.){1,2000}))?/,
      'kubelet cannot make its control groups and does not start',
    ],
    'kubelet/cgroup-stats-failed': [
      'failed to get system container stats',
      /Failed to get system container stats/,
      'mostly harmless: kubelet and the runtime do not agree on their control groups',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/kubelet.go', {
    'kubelet/node-unknown': [
      '" not found',
      /\bnode \\{0,3}"(?<node>[^"\\\s]{1,253})\\{0,3}" not found/,
      'kubelet’s node does not exist in the API under this name, or kubelet has not heard from the API server yet',
    ],
    'kubelet/pods-skipped': [
      'skipping pod synchronization',
      /[Ss]kipping pod synchronization/,
      'kubelet starts and stops no pods for now; it says why',
    ],
    // As people shorten the condition's words.
    'kubelet/runtime-network-not-ready': [
      'container runtime network not ready',
      /container runtime network not ready(?!: )/,
      'the container runtime has no CNI configuration that it can use',
    ],
    'kubelet/network-not-ready': [
      'network is not ready: ',
      /network is not ready: (?<message>[^\n]+)/,
      'kubelet starts no pod that has a network of its own',
    ],
  }),
  ...from('kubernetes/client-go:util/certificate/certificate_manager.go', {
    'kubelet/certificate-request-failed': [
      'failed while requesting a signed certificate',
      /Failed while requesting a signed certificate from the control plane: (?<error>[^\n]{1,400})/,
      'kubelet cannot ask for a new certificate',
    ],
    'kubelet/certificate-not-signed': [
      'certificate request was not signed',
      /certificate request was not signed: (?<why>[^\n]{1,400})/,
      'nobody approved or signed kubelet’s request for a new certificate',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/certificate/kubelet.go', {
    'kubelet/certificate-expired': [
      'art of the existing bootstrap client certificate',
      /Part of the existing bootstrap client certificate (?:in \S{1,200} )?is expired(?:: (?<limit>[\d-]{10}))?/i,
      'kubelet’s client certificate is out of its time',
    ],
    'kubelet/certificate-none-valid': [
      'no valid client certificate is found',
      /No valid client certificate is found (?:and|but) the server is (?:not )?responsive/,
      'kubelet’s client certificate is out of its time, and it got no other',
    ],
    'kubelet/no-certificate': [
      'no serving certificate available for the kubelet',
      /no serving certificate available for the kubelet/,
      'kubelet’s request for a serving certificate was not approved; logs and exec fail',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/kubelet/server/server.go', {
    'kubelet/cannot-authorize': [
      'authorization error (user=',
      /Authorization error \(user=(?<user>[^\s,()]{1,253}), verb=(?<verb>\w{1,20}), resource=nodes, subresource=(?<subresource>[\w/]{1,40})\)/,
      'kubelet answers, and cannot ask the API server whether the caller may: it does not reach it, or is refused there',
    ],
    'kubelet/caller-forbidden': [
      'forbidden (user=',
      /Forbidden \(user=(?<user>[^\s,()]{1,253}), verb=(?<verb>\w{1,20}), resource=nodes, subresource(?:\(s\))?=(?<subresource>[\w/]{1,40}|\[[\w/ ]{1,120}\])\)/,
      'kubelet refuses a caller whom the cluster’s roles do not let in; of logs and exec that is the API server itself',
    ],
  }),
]
