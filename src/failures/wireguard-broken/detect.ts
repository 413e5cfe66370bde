import type { Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import {
  handshakes,
  hasTunnelAddress,
  isHostEncrypted,
  isWireguardOn,
  wireguardFamily,
  wireguardLinks,
} from '#cluster/wireguard.ts'
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

export interface WireguardState {
  /** Whether encryption is told to be on, where somebody told it. */
  readonly isOn: boolean | undefined
}

export const symptoms = [
  'cross-node-traffic-failing',
  'pod-traffic-failing',
  'calico-node-not-ready',
  'typha-unreachable',
  'dataplane-not-programmed',
  'api-unreachable',
  'pods-not-ready-on-node',
] as const

type Needs =
  | 'messages'
  | 'pods'
  | 'settings'
  | 'links'
  | 'kernelModules'
  | 'calicoNodes'
  | 'attempts'
  | 'remarks'

/**
 * Finds WireGuard between nodes that does not come up, or locks a node out: no module, a device without its address, keys that
 * the others no longer believe, peers that never answer.
 *
 * @see projectcalico/calico:felix/wireguard/wireguard.go
 * @see projectcalico/calico:felix/wireguard/bootstrap.go
 */
export const detector = defineDetector<WireguardState, Needs>({
  needs: ['messages', 'settings', 'links'],
  uses: ['pods', 'kernelModules', 'calicoNodes', 'attempts', 'remarks'],
  judges: 'node',
  detect: (view) => {
    // Where encryption is off, what is left of it breaks nothing.
    if (isWireguardOn(view) === false) return []
    const signs = [
      ...messageSigns(view, said),
      ...ofLinks(view),
      ...ofModules(view),
      ...ofNodes(view),
      ...ofPeers(view),
      ...ofTypha(view),
      ...ofAttempts(view),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, symptoms)
          ? { says: 'WireGuard between the nodes does not work here', state: { isOn: isWireguardOn(view) } }
          : undefined,
    })
  },
  explains: explainsHere,
})

const said: Readonly<Record<string, MessageSign>> = {
  'felix/wireguard-unsupported': ['decisive', 'the kernel has no WireGuard'],
  'felix/modprobe': (row) =>
    row.message.params.module === 'wireguard' && innerMessage(row, 'modprobe/module-missing')
      ? ['decisive', 'the kernel has no module wireguard']
      : undefined,
  'felix/wireguard-link-failed': ['decisive', 'the WireGuard device cannot be made'],
  'felix/wireguard-client-failed': ['decisive', 'Felix cannot talk to WireGuard'],
  'felix/wireguard-query-failed': ['strong', 'Felix cannot read WireGuard’s state'],
  'felix/wireguard-wrong-type': ['decisive', 'something else has the WireGuard device’s name'],
  'felix/wireguard-up-failed': ['decisive', 'the WireGuard device cannot be switched on'],
  'felix/wireguard-key-shared': ['decisive', 'two nodes have one WireGuard key'],
  'felix/wireguard-mark-missing': ['decisive', 'the mark mask leaves no bit for WireGuard'],
  'felix/wireguard-programming-failed': ['strong', 'WireGuard’s peers are not in place'],
  'felix/wireguard-bootstrap-failed': ['decisive', 'stale WireGuard state could not be cleared at start'],
  'felix/wireguard-bootstrap-error': ['strong', 'stale WireGuard state could not be cleared at start'],
  'felix/wireguard-typha-unreachable': ['decisive', 'this node’s WireGuard state keeps it from every Typha'],
  'felix/wireguard-remove-failed': ['decisive', 'stale WireGuard state could not be removed'],
  'felix/wireguard-config-remove-failed': ['decisive', 'stale WireGuard state could not be removed'],
  'felix/route-add-failed': ofRoute,
  'felix/route-update-failed': ofRoute,
  'felix/route-errors': ofRoute,
  'felix/route-sync-gave-up': ofRoute,
}

function ofRoute({ message: { params } }: MessageRow) {
  if (wireguardFamily(params.interface) === undefined) return undefined
  return params.error === 'no such device'
    ? (['decisive', `Felix has routes over ${params.interface}, and there is no such device`] as const)
    : (['strong', `Felix cannot write its routes over ${params.interface}`] as const)
}

/** Packets leave a device that has no address with the node’s own, which no peer expects. */
const ofLinks = (view: Reads<'links' | 'settings'>): readonly Sign[] =>
  wireguardLinks(view).flatMap(({ row, family }): readonly Sign[] => {
    const isOn = isWireguardOn(view, family)
    if (isOn === false) return []
    if (hasTunnelAddress(row, family) === false)
      return [sign(row, isOn ? 'decisive' : 'strong', `${row.name} has no IPv${family} address`)]
    return row.flags.length > 0 && !row.flags.includes('UP')
      ? [sign(row, 'strong', `${row.name} is down`)]
      : []
  })

const ofModules = (view: Reads<'kernelModules' | 'settings'>): readonly Sign[] =>
  view.rows('kernelModules').flatMap((row) => {
    if (row.name !== 'wireguard' || row.loaded) return []
    return [sign(row, isWireguardOn(view) ? 'decisive' : 'strong', 'the kernel has no module wireguard')]
  })

/** Some nodes have published a key and an address, this one has not. */
function ofNodes(view: Reads<'calicoNodes' | 'settings'>): readonly Sign[] {
  const nodes = view.rows('calicoNodes')
  if (isWireguardOn(view) !== true || !nodes.some(({ wireguardAddress }) => wireguardAddress)) return []
  return nodes.flatMap((row) =>
    row.wireguardAddress
      ? []
      : [sign({ from: row.from, node: row.name }, 'strong', `${row.name} has no WireGuard address`)],
  )
}

function ofPeers(view: Reads<'settings'>): readonly Sign[] {
  const peers = handshakes(view)
  const silent = peers.filter(({ isDone }) => !isDone)
  const weight = silent.length === peers.length ? 'strong' : 'weak'
  return silent.map(({ row }) => sign(row, weight, 'a WireGuard peer has never answered'))
}

/** The same lines as those of a closed port; WireGuard makes it likely where it also wraps the hosts’ own traffic. */
function ofTypha(view: Reads<Needs>): readonly Sign[] {
  if (isWireguardOn(view) !== true) return []
  const wasRebooted = view.rows('remarks').some(({ says }) => says === 'node-was-rebooted')
  const weight = isHostEncrypted(view) || wasRebooted ? 'strong' : 'weak'
  const says = 'Typha cannot be reached while traffic between nodes is encrypted'
  return messageSigns(view, {
    'felix/typha-connect-failed': (row) =>
      innerMessage(row, 'dial/timeout', 'net/read-timeout') ? [weight, says] : undefined,
    'felix/typha-gave-up': [weight, says],
  })
}

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  view.rows('attempts').flatMap((row) => {
    if (row.act !== 'disable-wireguard') return []
    if (row.outcome === 'cured') return [sign(row, 'strong', 'without WireGuard it works')]
    return row.outcome === 'no-change' ? [sign(row, 'against', 'without WireGuard it fails just so')] : []
  })
