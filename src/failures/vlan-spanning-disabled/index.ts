import { ask } from '#cluster/asking.ts'
import { settingsNamed } from '#cluster/settings.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/vlan-spanning-disabled/detect.ts'

export const mode: Mode<undefined> = {
  id: 'vlan-spanning-disabled',
  title: 'Workers in different VLANs or subnets cannot reach each other: VLAN spanning and VRF are off',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
    'pod-traffic-failing',
  ],
  traffic: 'Within a subnet everything flows; between subnets nothing does, neither for pods nor for hosts.',
  prevent: ['Switch VRF (or VLAN spanning) on before a cluster gets a second VLAN, subnet or zone.'],
  questions: (about, facts) =>
    settingsNamed(facts, 'cloud', 'vlan-spanning').length > 0 &&
    settingsNamed(facts, 'cloud', 'vrf').length > 0
      ? []
      : [
          ask(facts, about, {
            fills: ['settings'],
            why: 'whether the account routes between its VLANs: VRF, or VLAN spanning',
            command: 'ibmcloud account show; ibmcloud ks vlan spanning get --region <region>',
            cost: 3,
          }),
          ask(facts, about, {
            fills: ['workers'],
            why: 'in which subnets the workers are',
            command: 'ibmcloud ks workers --cluster <cluster>',
            cost: 3,
          }),
        ],
}
