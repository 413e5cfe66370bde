/** MTUs that somebody configured, against what tunnels and cards leave of a packet. */
import { type EncapsulationReads, encapsulationsTold } from '#cluster/encapsulation.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { envNamed, felixSettings, isOn, numberOf, settingsNamed } from '#cluster/settings.ts'
import { overheadBytes, type TunnelKind } from '#cluster/tunnels.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import { cardBytes, type LinkReads } from '#failures/mtu-mismatch/links.ts'

type View = Reads<EncapsulationReads | LinkReads>

interface Configured {
  readonly row: Fact<SettingRow>
  readonly bytes: number
}

export function settingSigns(view: View): readonly Sign[] {
  const kinds = usedKinds(view)
  return [
    ...ofTold(view, kinds),
    ...ofPods(view).flatMap((pod) => [
      ...kinds.flatMap((kind) => tooLarge(pod, overheadBytes[kind], view)),
      ...kinds.flatMap((kind) => ofTunnel(view, kind).flatMap((tunnel) => podOverTunnel(pod, tunnel))),
      ...(kinds.length === 0 ? tooLarge(pod, 0, view) : []),
    ]),
    ...kinds.flatMap((kind) =>
      ofTunnel(view, kind).flatMap((tunnel) => tooLarge(tunnel, overheadBytes[kind], view)),
    ),
  ]
}

/** Sizes that people tell: the same arithmetic, and never more than strong. */
function ofTold(view: View, kinds: readonly TunnelKind[]): readonly Sign[] {
  const [card] = toldOf(view, 'card')
  const overhead = Math.max(0, ...kinds.map((kind) => overheadBytes[kind]))
  const pods = toldOf(view, 'pod')
  return [
    ...pods.flatMap((pod) =>
      card !== undefined && pod.bytes + overhead > card.bytes
        ? [
            sign(
              pod.row,
              'strong',
              `pods have ${pod.bytes}, and with ${overhead} bytes of headers the nodes’ ${card.bytes} cannot carry it`,
            ),
          ]
        : [],
    ),
    ...toldOf(view, 'tunnel').flatMap((tunnel) => [
      ...(card !== undefined && tunnel.bytes + Math.max(overhead, overheadBytes.ipip) > card.bytes
        ? [
            sign(
              tunnel.row,
              'strong',
              `the tunnel has ${tunnel.bytes}, which the nodes’ ${card.bytes} cannot carry with its headers`,
            ),
          ]
        : []),
      ...pods.flatMap((pod) =>
        pod.bytes > tunnel.bytes
          ? [sign(pod.row, 'strong', `pods have ${pod.bytes}, the tunnel ${tunnel.bytes}`)]
          : [],
      ),
    ]),
  ]
}

const toldOf = (view: View, place: 'card' | 'tunnel' | 'pod'): readonly Configured[] =>
  configured(view.rows('settings').filter((row) => row.in === 'told' && row.name === `mtu.${place}`))

function usedKinds(view: View): readonly TunnelKind[] {
  const told = encapsulationsTold(view).flatMap(({ kind }) => (kind === 'none' ? [] : [kind]))
  const isEncrypted = felixSettings(view, 'WireguardEnabled').some(isOn)
  return [...new Set([...told, ...(isEncrypted ? (['wireguard'] as const) : [])])]
}

/** What pods are given, wherever that stands; 0 means that Felix finds out. */
const ofPods = (view: View): readonly Configured[] =>
  configured([
    ...envNamed(view, 'veth_mtu'),
    ...envNamed(view, 'CNI_MTU'),
    ...settingsNamed(view, 'cni', 'mtu'),
    ...settingsNamed(view, 'Installation', 'mtu'),
  ])

/** @see projectcalico/calico:felix/config/config_params.go (IpInIpMtu, VXLANMTU, WireguardMTU) */
const parameters: Readonly<Record<TunnelKind, readonly string[]>> = {
  ipip: ['IpInIpMtu', 'IPIPMTU'],
  vxlan: ['VXLANMTU'],
  wireguard: ['WireguardMTU'],
}

const ofTunnel = (view: View, kind: TunnelKind): readonly Configured[] =>
  configured(parameters[kind].flatMap((name) => felixSettings(view, name)))

const configured = (rows: readonly Fact<SettingRow>[]): readonly Configured[] =>
  rows.flatMap((row) => {
    const bytes = numberOf(row)
    return bytes === undefined || bytes === 0 ? [] : [{ row, bytes }]
  })

/** What nearly every network carries. */
const usualBytes = 1500

/** Without the card's own MTU it is an assumption: only jumbo frames would make room. */
function tooLarge({ row, bytes }: Configured, overhead: number, view: View): readonly Sign[] {
  const card = cardBytes(view)
  if (card !== undefined && bytes + overhead > card.mtuBytes)
    return [
      sign(
        row,
        'decisive',
        `${row.name} is ${bytes}; with ${overhead} bytes of headers ${card.name} (${card.mtuBytes}) cannot carry it`,
      ),
    ]
  return card === undefined && bytes <= usualBytes && bytes + overhead > usualBytes
    ? [
        sign(
          row,
          'strong',
          `${row.name} is ${bytes}, which leaves no room for ${overhead} bytes of headers in ${usualBytes}`,
        ),
      ]
    : []
}

const podOverTunnel = (pod: Configured, tunnel: Configured): readonly Sign[] =>
  pod.bytes > tunnel.bytes
    ? [
        sign(
          pod.row,
          'decisive',
          `${pod.row.name} is ${pod.bytes}, more than ${tunnel.row.name}, ${tunnel.bytes}`,
        ),
      ]
    : []
