import type { Reads } from '#cluster/facts.ts'
import { felixSettings, isOff, numberOf, settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { windowsNodes } from '#cluster/windows.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface WindowsState {
  readonly nodes: readonly string[]
}

type Needs = 'messages' | 'nodes' | 'ipPools' | 'settings' | 'bgpSessions' | 'pods'

/**
 * Finds clusters with Windows nodes whose data plane (HNS) was not set up, or whose pools, VXLAN or IPAM are set as Windows cannot do.
 *
 * @see projectcalico/calico:felix/dataplane/windows/vxlan_mgr.go, cni-plugin/pkg/dataplane/windows/dataplane_windows.go
 * @see projectcalico/calico:libcalico-go/lib/ipam/ipam.go (ErrStrictAffinity)
 */
export const detector = defineDetector<WindowsState, Needs>({
  needs: ['messages', 'nodes'],
  uses: ['ipPools', 'settings', 'bgpSessions', 'pods'],
  judges: 'cluster',
  detect: (view) => {
    const told = messageSigns(view, said)
    const signs = [...told, ...unfit(view), ...onWindows(view)]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, [])
          ? {
              says: 'the data plane of the Windows nodes is not set up, or does not fit the cluster’s settings',
              state: { nodes: windowsNodes(view).map(({ name }) => name) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const said: Readonly<Record<string, MessageSign>> = {
  'ipam/windows-strict-affinity': ['decisive', 'strict affinity is off, and Windows nodes need it'],
  'operator/strict-affinity-windows': ['decisive', 'strict affinity is off, and Windows nodes need it'],
  'windows/hns-network-missing': ({ message: { params } }) => [
    'decisive',
    `the node has no HNS network ${params.network ?? ''}`,
  ],
  'windows/hns-network-wrong-type': ({ message: { params } }) => [
    'decisive',
    `the HNS network ${params.network} is of the type ${params.value}`,
  ],
  'windows/hns-network-create-failed': ({ message: { params } }) => [
    'decisive',
    `the HNS network cannot be made: ${params.error ?? 'no reason given'}`,
  ],
  'windows/network-failed': ['decisive', 'start-up cannot make the HNS network'],
  'windows/vni-too-small': ['decisive', 'the VXLAN identifier is too small for Windows'],
  'hearsay/hns-network-missing': ['strong', 'the node has no HNS network of Calico, as somebody says'],
  'windows/management-address-missing': ['strong', 'the HNS network has lost the host’s address'],
  'windows/hns-endpoint-create-failed': ['strong', 'a pod’s HNS endpoint cannot be made'],
  'windows/hns-endpoint-attach-failed': ['strong', 'a pod cannot be given its HNS endpoint'],
  'windows/hns-endpoint-foreign': ['strong', 'an HNS endpoint is of another network'],
  'windows/hns-network-delete-failed': ['strong', 'an old HNS network is in the way'],
  'windows/vxlan-route-failed': ['strong', 'HNS refuses the way to another node'],
  'windows/vxlan-incomplete': ['strong', 'ways to other nodes are missing'],
  'windows/tunnel-address-failed': ['strong', 'Linux nodes do not learn the way to a Windows node'],
  'windows/forwarding-failed': ['strong', 'a Windows host does not forward for pods'],
  'windows/hns-lookup-failed': ['strong', 'HNS does not tell what it has'],
  'windows/rules-failed': ['weak', 'HNS refused the policy of a pod'],
  'windows/waiting-for-hns': ['weak', 'start-up waits for the HNS network'],
}

const vniMin = 4096
const vxlanPort = 4789

/** Settings that Windows cannot work with, whoever made them for Linux. */
function unfit(view: Reads<'nodes' | 'settings' | 'ipPools'>): readonly Sign[] {
  if (windowsNodes(view).length === 0) return []
  const at = (row: Parameters<typeof sign>[0], weight: 'decisive' | 'strong', says: string) =>
    sign(row, weight, says, clusterSubject)
  return [
    ...settingsNamed(view, 'IPAMConfig', 'strictAffinity')
      .filter(isOff)
      .map((row) => at(row, 'decisive', 'strict affinity is off, and Windows nodes need it')),
    ...felixSettings(view, 'VXLANVNI')
      .filter((row) => (numberOf(row) ?? vniMin) < vniMin)
      .map((row) =>
        at(row, 'decisive', `the VXLAN identifier ${row.value} is below ${vniMin}, which Windows needs`),
      ),
    ...felixSettings(view, 'VXLANPort')
      .filter((row) => (numberOf(row) ?? vxlanPort) !== vxlanPort)
      .map((row) =>
        at(row, 'decisive', `VXLAN uses the port ${row.value}, and Windows knows ${vxlanPort} only`),
      ),
    ...view
      .rows('ipPools')
      .filter(({ disabled, encapsulation }) => !disabled && encapsulation.startsWith('ipip'))
      .map((row) => at(row, 'strong', `the pool ${row.name} uses IP-in-IP, which Windows nodes do not have`)),
  ]
}

/** The sessions of a Windows node as it lists them itself. */
function onWindows(view: Reads<'settings' | 'bgpSessions'>): readonly Sign[] {
  const listings = settingsNamed(view, 'other', 'Get-BgpPeer')
  if (listings.length === 0) return []
  const down = view.rows('bgpSessions').filter(({ up }) => !up)
  return down.map((row) =>
    sign(row, 'strong', `the Windows node has no session with ${row.peer}: ${row.state}`, clusterSubject),
  )
}
