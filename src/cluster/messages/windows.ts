/** Calico for Windows: Felix on HNS, the CNI plugin there, and its start-up. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const windowsEntries = [
  ...from('projectcalico/calico:felix/dataplane/windows/vxlan_mgr.go', {
    'windows/hns-network-wrong-type': [
      ', is of wrong type: ',
      /HNS network, (?<network>[^,]+), is of wrong type: (?<value>\S+)/,
      'VXLAN routes are there and the node’s HNS network is not an overlay',
    ],
    'windows/hns-network-missing': [
      "didn't find any hns networks matching",
      /didn't find any HNS networks matching regular expression (?<network>\S+)/,
      'the node has no HNS network of Calico',
    ],
    'windows/vxlan-route-failed': [
      ' vxlan route policy',
      logged(/Failed to (?<what>add|remove unwanted) VXLAN route policy/),
      'HNS refused the way to another node',
    ],
    'windows/vxlan-incomplete': [
      'not all vxlan route updates succeeded',
      logged(/Not all VXLAN route updates succeeded/),
      'some ways to other nodes are missing',
    ],
    'windows/hns-lookup-failed': [
      'failed to look up ',
      logged(/Failed to look up (?<what>HNS networks|one or more HNS endpoints|HNS endpoint for workload)/),
      'HNS does not tell what it has',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/windows/endpoint_mgr.go', {
    'windows/rules-failed': [
      'failed to apply rules',
      logged(/Failed to apply rules(?: update|\. This operation will be retried)/),
      'HNS refused the policy of a pod',
    ],
    'windows/host-addresses-missing': [
      "didn't detect any ips on the host",
      /Didn't detect any IPs on the host; host-to-pod traffic may be blocked/,
      'probes of pods may fail on this node',
    ],
  }),
  ...from('projectcalico/calico:cni-plugin/pkg/dataplane/windows/dataplane_windows.go', {
    'windows/hns-network-create-failed': [
      'unable to create ',
      /Unable to create (?:hns )?network \[?(?<network>[^\],\s]+)\]?(?:, error: (?<error>.+))?/i,
      'the HNS network cannot be made',
    ],
    'windows/hns-endpoint-create-failed': [
      ' hns endpoint ',
      /Unable to create (?<kind>host|container) hns endpoint (?<endpoint>\S+)/,
      'the pod’s HNS endpoint cannot be made',
    ],
    'windows/hns-endpoint-attach-failed': [
      'failed to attach hns endpoint',
      /Failed to attach hns endpoint: (?<endpoint>\S+) to container: (?<error>.+)/,
      'the pod cannot be given its HNS endpoint',
    ],
    'windows/hns-network-delete-failed': [
      'unable to delete existing ',
      /Unable to delete existing (?:network|bridge endpoint) \[(?<network>[^\]]+)\], error: (?<error>.+)/,
      'an old HNS network is in the way',
    ],
    'windows/hns-endpoint-foreign': [
      ' not matching id ',
      /HnsEndpoint virtual network (?<network>\S+) not matching ID (?<wanted>\S+)/,
      'an HNS endpoint belongs to another network',
    ],
    'windows/management-address-missing': [
      'management ip',
      /(?:HNS network lost its management IP|couldn't find an interface matching management IP (?<address>\S+)|Cannot find network with Management IP (?<address2>\S+)|Could not find remote DR MAC for Management IP (?<address3>\S+))/,
      'the HNS network has no address of the host',
    ],
    'windows/vni-too-small': [
      'windows does not support vxlanvni < 4096',
      /Windows does not support VXLANVNI < 4096/,
      'the VXLAN identifier does not fit Windows',
    ],
    'windows/forwarding-failed': [
      'enable forwarding',
      /(?:Failed|Unable) to enable forwarding (?:: (?<error>.+)|on \[(?<interface>[^\]]+)\])/,
      'the Windows host does not forward for pods',
    ],
    'windows/endpoint-conflict': [
      'found preexisting conflicting ',
      /Found preexisting conflicting (?:host compute )?endpoint/,
      'an HNS endpoint with this address is there already',
    ],
    'windows/tunnel-address-failed': [
      "failed to set node's vxlan tunnel ip",
      logged(/Failed to set node's VXLAN tunnel IP(?<last> after retries)?/),
      'Linux nodes do not learn the way to this Windows node',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/lifecycle/startup/startup_windows.go', {
    'windows/network-failed': [
      'unable to ensure network for os',
      logged(/Unable to ensure network for os/),
      'start-up cannot make the HNS network',
    ],
  }),
  ...from('projectcalico/calico:node/windows-packaging/CalicoWindows/libs/calico/calico.psm1', {
    'windows/waiting-for-hns': [
      'waiting for ',
      /Waiting for Calico (?:to create vSwitch|initialisation to finish)/i,
      'start-up waits for the HNS network',
    ],
  }),
]
