import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type WindowsState } from '#failures/windows-backend-broken/detect.ts'

export const mode: Mode<WindowsState> = {
  id: 'windows-backend-broken',
  title: 'Calico’s data plane on Windows nodes is not set up, or does not fit the cluster',
  owner: 'cluster',
  maturity: 'evidence-only',
  detector,
  symptoms: [
    'address-assignment-failing',
    'sandbox-creation-failing',
    'bgp-session-down',
    'calico-node-start-failing',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'operator-degraded',
  ],
  traffic: 'Between Linux nodes yes; to and from pods on Windows nodes not.',
  prevent: [
    'Set strict affinity, VXLAN (VNI 4096 or more, port 4789) or BGP without a tunnel before the first Windows node joins.',
    'Give Windows nodes pools of their own only if the Linux pools must keep IP-in-IP.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings', 'ipPools'],
      why: 'whether pools, strict affinity and VXLAN are as Windows needs them',
      command:
        'calicoctl get ippools -o wide; calicoctl ipam show --show-configuration; calicoctl get felixconfiguration default -o yaml',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the node has the HNS network “Calico”, and of which type',
      command: `powershell -c "Get-HnsNetwork | Select Name, Type, ManagementIP; Get-HnsEndpoint | Select Name, IPAddress"`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'whether the Windows node has sessions with the Linux nodes',
      command: 'powershell -c "Get-BgpPeer"',
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what calico-node and Felix of that node say',
      command: `powershell -c "Get-Content C:\\CalicoWindows\\logs\\calico-node.log, C:\\CalicoWindows\\logs\\calico-felix.log -Tail 200"`,
      cost: 4,
    }),
  ],
}
