import { apiContacts } from '#cluster/api-contacts.ts'
import { apiEndpoints, bpfOn, isBpfOff, isName } from '#cluster/bpf.ts'
import type { Reads } from '#cluster/facts.ts'
import { isBroken, kubeProxyPods } from '#cluster/kube-proxy.ts'
import { isComplete, placeOfPod } from '#cluster/queries.ts'
import { isServiceAddress, serviceAddress } from '#cluster/service-address.ts'
import { felixSettings, isOff, isOn, settingsNamed } from '#cluster/settings.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { ofProxy, said } from '#failures/ebpf-misconfigured/said.ts'

export interface BpfState {
  /** Whether the API server's own address was given to calico-node, as far as settings were read. */
  readonly hasApiEndpoint: boolean
}

export const symptoms = [
  'api-unreachable',
  'calico-node-not-ready',
  'dataplane-not-programmed',
  'pod-traffic-failing',
  'calico-node-start-failing',
  'cross-node-traffic-failing',
  'cni-not-initialized',
  'node-not-ready',
  'sandbox-creation-failing',
  'pods-not-ready-on-node',
] as const

type Needs = 'messages' | 'pods' | 'settings' | 'endpoints' | 'services' | 'nodes'

/**
 * Finds an eBPF data plane that cannot work as it was set up: kube-proxy fights with it, it has no way of its own to the API
 * server, a Service stands in its maps without back-ends, or the kernel does not let it have maps, programs or their file system.
 *
 * @see projectcalico/calico:felix/dataplane/linux/int_dataplane.go (BPFEnabled)
 * @see projectcalico/calico:node/pkg/nodeinit/calico-init_linux.go
 */
export const detector = defineDetector<BpfState, Needs>({
  needs: ['messages', 'settings', 'pods'],
  uses: ['endpoints', 'services', 'nodes'],
  judges: 'cluster',
  detect: (view) => {
    // Where eBPF is off, its init container's complaints are harmless.
    const own = isBpfOff(view)
      ? []
      : [...messageSigns(view, { ...said, ...ofMounts(view) }), ...ofInitContainers(view)]
    const signs = [...own, ...ofKubeProxy(view), ...ofBootstrap(view), ...ofMaps(view), ...ofNames(view)]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (all) =>
        isWorthSaying(all, view, symptoms)
          ? {
              says: 'the eBPF data plane cannot work as it is set up',
              state: { hasApiEndpoint: apiEndpoints(view).length > 0 },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** XDP asks for the same file systems, and goes without where they are not mounted: that is harmless. */
const ofMounts = (view: Reads<'messages'>): Readonly<Record<string, MessageSign>> => ({
  'felix/bpf-mount-missing': ({ from, message: { params } }) => {
    const isOfXdp = view
      .rows('messages')
      .some((other) => other.message.id === 'felix/xdp-disabled' && other.from.source === from.source)
    return isOfXdp ? undefined : ['decisive', `${params.path} is not mounted`]
  },
})

/** The init container that mounts what eBPF needs, by both of its names, ends with an error. */
const ofInitContainers = (view: Reads<'pods'>): readonly Sign[] =>
  view.rows('pods').flatMap((pod) =>
    pod.containers.flatMap((container) => {
      if (!initContainers.has(container.name)) return []
      const hasFailed =
        container.reason === 'CrashLoopBackOff' ||
        container.reason === 'Error' ||
        (container.lastTermination !== undefined && container.lastTermination.exitCode !== 0)
      return hasFailed
        ? [sign(pod, 'decisive', `the init container ${container.name} fails`, placeOfPod(pod))]
        : []
    }),
  )

const initContainers = new Set(['mount-bpffs', 'ebpf-bootstrap'])

/** Felix cleans kube-proxy's rules away, and a kube-proxy that runs writes them again. */
function ofKubeProxy(view: Reads<Needs>): readonly Sign[] {
  const on = bpfOn(view)
  const [proxy] = kubeProxyPods(view).filter((pod) => !isBroken(pod))
  if (on === undefined || proxy === undefined || isToldToShare(view)) return []
  const fights = messageSigns(view, ofProxy)
  return [sign(on, fights.length > 0 ? 'decisive' : 'strong', 'eBPF is on while kube-proxy runs'), ...fights]
}

const isToldToShare = (view: Reads<'settings'>): boolean =>
  felixSettings(view, 'BPFKubeProxyIptablesCleanupEnabled').some(isOff)

/** Without kube-proxy the Service's address works only once eBPF does: calico-node needs another address to begin with. */
function ofBootstrap(view: View<Needs>): readonly Sign[] {
  const on = bpfOn(view)
  const without = settingsNamed(view, 'kube-proxy', 'disabled').find(isOn)
  const isWithout =
    without !== undefined || (isComplete(view.coverage('pods')) && kubeProxyPods(view).length === 0)
  if (on === undefined || !isWithout || isBootstrapped(view)) return []
  if (apiEndpoints(view).length > 0) return []
  const says =
    'eBPF is on, there is no kube-proxy, and calico-node was not given the API server’s own address'
  const lost = apiContacts(view).find((one) => one.by !== 'other' && isServiceAddress(view, one))
  if (lost !== undefined)
    return [
      sign(lost.row, 'decisive', 'calico-node asks for the API server by its Service, which nobody serves'),
      sign(on, 'strong', says),
    ]
  const isTroubled = view.symptoms.some(
    ({ id, when }) => when === 'now' && symptoms.some((one) => one === id),
  )
  return isTroubled ? [sign(without ?? on, 'strong', says)] : []
}

/** Newer operators take the address from the cluster by themselves. */
const isBootstrapped = (view: Reads<'settings'>): boolean =>
  settingsNamed(view, 'Installation', 'bpfNetworkBootstrap').some(isOn)

/** What stands in eBPF's maps: a Service that nobody stands behind. */
function ofMaps(view: Reads<Needs>): readonly Sign[] {
  const known = serviceAddress(view)
  const asked = apiContacts(view).map(({ address, port }) => `${address}:${port}`)
  return view.rows('endpoints').flatMap((row): readonly Sign[] => {
    if (row.seenBy !== 'dataplane' || row.addresses.length > 0) return []
    const isApi =
      (row.namespace === 'default' && row.name === 'kubernetes') ||
      row.name === `${known}:443` ||
      asked.includes(row.name)
    if (isApi) return [sign(row, 'decisive', 'eBPF’s maps hold the API server’s Service without a back-end')]
    const ready = view
      .rows('endpoints')
      .some(
        (other) =>
          other.seenBy === 'api' &&
          other.name === row.name &&
          other.namespace === row.namespace &&
          other.addresses.length > 0,
      )
    return ready
      ? [sign(row, 'strong', `eBPF’s maps hold ${row.name} without the back-ends that it has`)]
      : []
  })
}

/** A name for the API server that only the cluster's own DNS knows: nothing can start before it. */
function ofNames(view: Reads<Needs>): readonly Sign[] {
  return apiEndpoints(view)
    .filter(isName)
    .flatMap((row) => [
      ...messageSigns(view, {
        'dns/lookup-failed': unknown(row.value),
        'net/lookup-failed': unknown(row.value),
      }),
      ...(bpfOn(view) === undefined
        ? []
        : [sign(row, 'weak', 'calico-node is given a name for the API server')]),
    ])
}

const unknown =
  (name: string) =>
  ({ message: { params } }: { readonly message: { readonly params: Readonly<Record<string, string>> } }) =>
    params.name === name
      ? ([
          'decisive',
          `the name ${name} that calico-node was given for the API server cannot be resolved`,
        ] as const)
      : undefined
