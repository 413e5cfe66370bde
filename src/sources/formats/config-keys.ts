/**
 * To which object a key belongs that stands without it: `ipipMode` is an IPPool's, `nodeToNodeMeshEnabled` a
 * BGPConfiguration's. Keys that several kinds share are told by their values or not at all.
 */

import { autodetection, homes, type KeyHome, network, pools } from '#sources/formats/config-key-lists.ts'

/** Whose key it is; undefined for a key that anybody may have. */
export function keyHome(key: string, value: unknown): KeyHome | undefined {
  if (key.startsWith('projectcalico.org/')) return { kind: 'NodeAnnotations' }
  return homes.get(key) ?? byValue(key, value)
}

function byValue(key: string, value: unknown): KeyHome | undefined {
  switch (key) {
    case 'affinity':
      return typeof value === 'string' && /^(?:host|virtual):/.test(value) ? { kind: 'IPAMBlock' } : undefined
    case 'state':
      return value === 'confirmed' || value === 'pending' ? { kind: 'BlockAffinity' } : undefined
    case 'addresses':
      return Array.isArray(value) &&
        value.some((item) => hasKey(item, 'type') && item.type === 'CalicoNodeIP')
        ? { kind: 'CalicoNode' }
        : undefined
    case 'type':
      return value === 'calico' || value === 'calico-ipam' ? { kind: 'CNI' } : undefined
    case 'allocations':
    case 'unallocated':
      return Array.isArray(value) ? { kind: 'IPAMBlock' } : undefined
    case 'controllers':
      return hasKey(value, 'node') || hasKey(value, 'policy')
        ? { kind: 'KubeControllersConfiguration' }
        : undefined
    case 'cni':
      return hasKey(value, 'type') ? { kind: 'Installation' } : undefined
    case 'kubernetes':
      if (hasKey(value, 'kubeconfig')) return { kind: 'CNI' }
      return value === 'NodeInternalIP' ? { kind: 'Installation', under: autodetection } : undefined
    case 'proxy':
      return hasKey(value, 'disabled') ? { kind: 'Installer' } : undefined
    case 'policy':
      return hasKey(value, 'type') ? { kind: 'CNI', isWeak: true } : undefined
    case 'reason':
      return typeof value === 'string' && unavailable.test(value) ? { kind: 'APIService' } : undefined
    case 'bgp':
      return typeof value === 'object'
        ? { kind: 'CalicoNode' }
        : isSwitch(value)
          ? { kind: 'Installation', under: network }
          : undefined
    case 'natOutgoing':
      return isSwitch(value) ? { kind: 'Installation', under: pools } : { kind: 'IPPool' }
    case 'password':
      return hasKey(value, 'secretKeyRef') ? { kind: 'BGPPeer' } : undefined
    case 'types':
      return isListOf(value, (item) => item === 'Ingress' || item === 'Egress')
        ? { kind: 'CalicoPolicy' }
        : undefined
    case 'rules':
      return isListOf(value, (item) => hasKey(item, 'verbs')) ? { kind: 'Role' } : undefined
    case 'webhooks':
      return isListOf(value, (item) => hasKey(item, 'clientConfig')) ? { kind: 'Webhooks' } : undefined
    default:
      return undefined
  }
}

/** Why the API server does not use an aggregated API: kubernetes/kube-aggregator:pkg/controllers/status. */
const unavailable =
  /^(?:FailedDiscoveryCheck|MissingEndpoints|ServiceNotFound|EndpointsNotFound|ServicePortError|ServiceAccessError|EndpointsAccessError)$/

/** Keys whose value tells whose they are. */
const toldByValue: ReadonlySet<string> = new Set(
  'affinity addresses state allocations unallocated controllers cni kubernetes proxy policy bgp natOutgoing password types rules webhooks'.split(
    ' ',
  ),
)

/** Whether a line with this key may begin a part of an object that is known. */
export const isKnownKey = (key: string): boolean =>
  homes.has(key) || toldByValue.has(key) || key.startsWith('projectcalico.org/')

const isSwitch = (value: unknown): boolean => value === 'Enabled' || value === 'Disabled'
const hasKey = <Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> =>
  typeof value === 'object' && value !== null && key in value
const isListOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(test)
