/** What the CNI plugin prints besides the errors in `cni.ts`: its own log, and failures of the pod’s interface. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

const pod = { ContainerID: 'container', Pod: 'pod', Namespace: 'namespace', Node: 'node' }

export const cniPluginEntries = [
  ...from('projectcalico/calico:cni-plugin/pkg/plugin/plugin.go', {
    'cni/final-error': [
      'was an error.',
      logged(/Final result of CNI (?<operation>ADD|DEL) was an error\./, pod),
      'the plugin’s log: the pod’s network could not be set up or taken down',
    ],
    'cni/datastore-failed': [
      'data store connection failed',
      logged(/data store connection failed/, pod),
      'the plugin does not reach the datastore',
    ],
    'cni/endpoint-unblocked': [
      'error waiting for endpoint to become ready',
      logged(/Error waiting for endpoint to become ready\. Unblocking pod creation/, pod),
      'Felix did not program the pod in time; it starts all the same',
    ],
    'cni/version-unsupported': [
      'unsupported cni version ',
      /unsupported CNI version (?<version>\S+)/i,
      'the CNI configuration asks for a version that the plugin does not speak',
    ],
    'cni/dataplane-invalid': [
      'dataplane',
      /(?:invalid dataplane type: (?<value>\S+)|cannot connect to grpc dataplane: (?<error>.+)|grpc dataplane error: (?<error2>.+))/,
      'the plugin’s data plane cannot be used',
    ],
    'cni/gates-not-ready': [
      'endpoint is not ready, response code returned:',
      /endpoint is not ready, response code returned:\s?(?<status>\d+)/,
      'a readiness gate of the CNI configuration is closed',
    ],
    'cni/existing-endpoint': [
      'calico cni found existing endpoint: ',
      /Calico CNI found existing endpoint: (?<endpoint>.{1,200})/,
      'the pod had an endpoint before',
    ],
    'cni/endpoint-changed': [
      'endpoint was modified before it could be deleted',
      /endpoint was modified before it could be deleted(?:: (?<error>.+))?/i,
      'two deletions of one pod met',
    ],
  }),
  ...from('projectcalico/calico:cni-plugin/pkg/k8s/k8s.go', {
    'cni/annotations-conflict': [
      "can't have both annotations: 'ipaddrs' and 'ipaddrsnoipam'",
      /can't have both annotations: 'ipAddrs' and 'ipAddrsNoIpam'/,
      'a pod’s annotations contradict each other',
    ],
    'cni/feature-off': [
      'requested feature is not enabled: ',
      /requested feature is not enabled: (?<feature>\w+)/,
      'a pod’s annotation asks for what the CNI configuration forbids',
    ],
    'cni/annotation-ipam': [
      ' is not compatible with configured ipam: ',
      /(?<annotation>ipAddrs(?:NoIpam)?) is not compatible with configured IPAM: (?<value>\S+)/,
      'a pod’s annotation does not fit the IPAM',
    ],
    'cni/annotation-unparsable': [
      "failed to parse '",
      /failed to parse '(?<value>[^']*)' as JSON: (?<error>.+)/,
      'a pod’s annotation is not JSON',
    ],
    'cni/ipam-failed': [
      'error getting ip from ipam: ',
      /error getting IP from IPAM: (?<error>.+)/,
      'the IPAM plugin failed',
    ],
    'cni/kubernetes-client-failed': [
      'error creating k8s client: ',
      /error creating K8s client: (?<error>.+)/,
      'the plugin has no way to the API server',
    ],
  }),
  ...from('projectcalico/calico:cni-plugin/pkg/dataplane/linux/dataplane_linux.go', {
    'cni/veth-failed': [
      'error adding veth',
      /Error adding veth(?: [^:]{0,300})?: (?<error>.+)/i,
      'the pod’s interface cannot be made',
    ],
    'cni/host-netlink-failed': [
      'failed to create host netlink handle',
      /failed to create host netlink handle: (?<error>.+)/,
      'the plugin gets no netlink socket',
    ],
    'cni/route-add-failed': [
      'failed to add route (ifindex: ',
      /failed to add route \(Ifindex: (?<ifindex>\d+), Dst: (?<route>[^,]+), Scope: [^,)]+(?:, Iface: (?<interface>[^)]+))?\): (?<error>.+)/,
      'the host’s route to the pod was refused',
    ],
    'cni/container-route-failed': [
      'failed to add route inside the container',
      /failed to add route inside the container: (?<error>.+)/,
      'the pod’s own route was refused',
    ],
    'cni/container-gateway-failed': [
      'failed to add ipv',
      /failed to add (?<family>IPv[46]) route for (?<route>\S+) via (?<nextHop>\S+): (?<error>.+)/,
      'the pod’s own route was refused',
    ],
    'cni/link-missing': [
      'failed to lookup "',
      /failed to lookup "(?<interface>[^"]{1,15})": (?<error>.+)/,
      'the pod’s interface cannot be found',
    ],
    'cni/link-failed': [
      'failed to set "',
      /failed to set "(?<interface>[^"]{1,15})" (?<state>up|down): (?<error>.+)/,
      'the pod’s interface cannot be switched',
    ],
    'cni/container-sysctl-failed': [
      'error configuring sysctls for ',
      /error configuring sysctls for (?:the container netns|interface: (?<interface>\S+)), error: (?<error>.+)/,
      'a sysctl of the pod cannot be set',
    ],
    'cni/link-local-timeout': [
      'gave up waiting for host-side link local address',
      /Gave up waiting for host-side link local address(?:: (?<error>.+))?/i,
      'the host’s side of the pod got no IPv6 address',
    ],
    'cni/mac-mismatch': [
      ' does not match expected ',
      /Host-side (?:interface|veth) MAC (?<value>\S+) does not match expected (?<wanted>\S+?)\. Retrying/,
      'somebody else sets the MAC of the pod’s interface (systemd-udev)',
    ],
    'cni/netns-delete-timeout': [
      'timed out deleting device in netns ',
      /timed out deleting device in netns (?<path>\S+)/,
      'the pod’s interface cannot be removed',
    ],
    'cni/add-cleanup-failed': [
      'failed to clean up ip allocations for failed add',
      logged(/Failed to clean up IP allocations for failed ADD/, pod),
      'an address leaks',
    ],
  }),
]
