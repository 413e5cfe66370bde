import type { Reads } from '#cluster/facts.ts'
import { allowance, forwardings } from '#cluster/ip-forwarding.ts'
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

export interface ForwardingState {
  /** Whether it is the host that does not forward; else pods. */
  readonly isHost: boolean
}

export const symptoms = [
  'pod-traffic-failing',
  'cross-node-traffic-failing',
  'pods-not-ready-on-node',
  'api-unreachable',
  'calico-node-not-ready',
] as const

/**
 * Finds IP forwarding that is off where it is needed: on a host, or in a pod that passes packets on for others (VPN, gateway,
 * service load balancer, virtual machine). Calico's CNI plugin switches it off in pods unless it is told otherwise.
 *
 * @see projectcalico/calico:cni-plugin/pkg/dataplane/linux/dataplane_linux.go (allow_ip_forwarding)
 * @see k3s-io/klipper-lb:entry
 */
export const detector = defineDetector<ForwardingState, 'messages' | 'pods' | 'settings' | 'attempts'>({
  needs: ['messages', 'settings'],
  uses: ['pods', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const signs = [...messageSigns(view, said), ...ofSwitches(view), ...ofAttempts(view)]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, symptoms)
          ? {
              says: 'IP forwarding is off where packets have to be passed on',
              state: { isHost: isHostOff(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const said: Readonly<Record<string, MessageSign>> = {
  'svclb/ip-forward-off': ['decisive', 'the service load balancer’s pod ends because it may not forward'],
  'kubeadm/ip-forward-off': ['decisive', 'kubeadm finds that this host does not forward'],
  'felix/forwarding-failed': ['strong', 'Felix may not switch the host’s forwarding on'],
  'host/sysctl-read-only': ({ message: { params } }) =>
    params.path === '/proc/sys/net/ipv4/ip_forward'
      ? ['weak', 'a program wants to switch forwarding on in its pod, and may not']
      : undefined,
}

function ofSwitches(view: Reads<'settings'>): readonly Sign[] {
  const all = forwardings(view)
  const told = allowance(view)
  // Off in a pod is how Calico makes pods: it is wrong only where somebody needs it, and says so by showing it.
  const isHostOn = all.some(({ isOn, where }) => where === 'host' && isOn)
  const isDecided = isHostOn || told?.isAllowed === false
  const off = all.filter(({ isOn }) => !isOn)
  return off.flatMap(({ row, where }): readonly Sign[] => {
    if (where === 'host')
      return [sign(row, 'decisive', `${row.name} is 0 on the host: it passes no packets to pods`)]
    if (where === 'file') return [sign(row, 'strong', `${row.in} sets ${row.name} to 0`)]
    if (where === 'told') return [sign(row, 'strong', 'IP forwarding is said to be off on the host')]
    if (row.in === 'pod/told') return [sign(row, 'strong', 'IP forwarding is said to be off in a pod')]
    if (told?.isAllowed === true)
      return [sign(row, 'weak', 'a pod does not forward; pods made before the setting do not')]
    return [
      sign(
        row,
        isDecided ? 'decisive' : 'strong',
        `${row.name} is 0 in a pod${isHostOn ? ' while the host forwards' : ''}`,
      ),
    ]
  })
}

const isHostOff = (view: Reads<'settings'>): boolean =>
  forwardings(view).some(({ where, isOn }) => where !== 'pod' && !isOn)

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  view.rows('attempts').flatMap((row) => {
    if (row.act !== 'enable-forwarding') return []
    if (row.outcome === 'cured') return [sign(row, 'strong', 'to switch IP forwarding on cured it')]
    return row.outcome === 'no-change'
      ? [sign(row, 'against', 'to switch IP forwarding on changed nothing')]
      : []
  })
