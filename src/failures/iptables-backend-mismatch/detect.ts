import type { Reads } from '#cluster/facts.ts'
import {
  type Backend,
  type BackendUse,
  backends,
  backendUses,
  felixBackend,
  iptablesVersions,
} from '#cluster/packet-filters.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isStartHeldUp } from '#diagnosis/start-up.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface BackendState {
  /** The back-end that Felix was told to use, where somebody told it. */
  readonly felix: Backend | undefined
}

export const symptoms = [
  'dataplane-not-programmed',
  'pod-traffic-failing',
  'cross-node-traffic-failing',
  'calico-node-not-ready',
  'api-unreachable',
  'pods-not-ready-on-node',
] as const

type Needs = 'messages' | 'pods' | 'filterChains' | 'filterRules' | 'settings' | 'versions' | 'attempts'

/**
 * Finds nodes on which Calico, kube-proxy and the host's own tools keep their rules in different back-ends of iptables: both
 * sets of rules act, and neither program sees the other's.
 *
 * @see projectcalico/calico:felix/environment/feature_detect_linux.go (DetectBackend)
 * @see kubernetes-sigs/iptables-wrappers:README.md
 */
export const detector = defineDetector<BackendState, Needs>({
  needs: ['messages', 'filterChains'],
  uses: ['pods', 'filterRules', 'settings', 'versions', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const signs = [
      ...messageSigns(view, said),
      ...ofSetting(view),
      ...ofRules(backendUses(view)),
      ...ofPolicy(view),
      ...ofVersions(view),
      ...ofTold(view),
      ...ofAttempts(view),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, symptoms)
          ? {
              says: 'rules stand in both back-ends of iptables, or Felix uses another one than the host',
              state: { felix: felixBackend(view)?.backend },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  // Felix looks for the host's back-end when it starts.
  isHidden: (about, view) => isStartHeldUp(view, about),
})

const said: Readonly<Record<string, MessageSign>> = {
  'felix/iptables-backend-differs': ({ message: { params } }) => [
    'decisive',
    `Felix is told to use ${params.value ?? 'one back-end'} and finds the host’s rules in ${params.detected ?? 'the other'}`,
  ],
  'iptables/legacy-tables': ['strong', 'iptables of the new back-end finds tables of the old one, too'],
  'felix/iptables-incompatible-nft': [
    'strong',
    'a table of iptables holds rules that Felix’s iptables cannot read',
  ],
  'iptables/nft-incompatible-table': ['strong', 'a table of iptables holds rules that only nft can read'],
  'felix/nft-mode-changed': ['weak', 'kube-proxy moved to other tables'],
  'felix/iptables-command-missing': ['weak', 'the image has no iptables of the kind that Felix wants'],
}

/** What Felix was told, by setting or in its own log, against what the host uses. */
function ofSetting(view: Reads<'settings' | 'versions' | 'messages' | 'pods'>): readonly Sign[] {
  const told = felixBackend(view)
  const versions = iptablesVersions(view)
  const mine: readonly (readonly [Backend, string])[] = [
    ...(told === undefined ? [] : [[told.backend, 'is told to use'] as const]),
    ...view.rows('messages').flatMap(({ message: { id, params } }) => {
      const used = id === 'felix/iptables-backend-mode' ? backends.get(params.backend ?? '') : undefined
      return used === undefined ? [] : [[used, 'uses'] as const]
    }),
  ]
  const differing = mine.flatMap(([felix, uses]) =>
    versions
      .filter(({ backend }) => backend !== felix)
      .map(({ backend, row }) =>
        sign(row, 'decisive', `Felix ${uses} ${felix}, iptables of the host is ${backend}`),
      ),
  )
  // The kernel has only the old back-end; Felix was told to use the new one.
  const without = messageSigns(view, {
    'iptables/nft-no-generation': ({ message: { params } }) => {
      if (params.error === 'Permission denied') return undefined
      return told?.backend === 'nft'
        ? ['decisive', 'Felix is told to use nft, and the kernel has no nf_tables']
        : ['strong', 'iptables of the new back-end finds no nf_tables in the kernel']
    },
  })
  return [...differing, ...without]
}

/** Calico's rules in one back-end, somebody's in the other. */
function ofRules(uses: readonly BackendUse[]): readonly Sign[] {
  return uses.flatMap(({ node, backend, by, row }) => {
    if (by === 'others') return []
    const elsewhere = uses.filter((other) => other.node === node && other.backend !== backend)
    const kubes = elsewhere.find((other) => other.by !== 'others')
    const says = (other: string): string => `${by} has rules in ${backend}, ${other} in the other back-end`
    if (kubes !== undefined) return [sign(row, 'decisive', says(kubes.by))]
    return elsewhere.length > 0 ? [sign(row, 'strong', says('another program'))] : []
  })
}

/** To be accepted in one back-end does not help a packet that nobody accepts in the other, whose end is DROP. */
function ofPolicy(view: View<Needs>): readonly Sign[] {
  const uses = backendUses(view).filter(({ by }) => by === 'Calico')
  const isFailing = view.symptoms.some(({ id, when }) => when === 'now' && lost.has(id))
  return view
    .rows('filterChains')
    .filter(
      ({ table, chain, policy, backend }) =>
        table === 'filter' && chain === 'FORWARD' && policy === 'DROP' && backend !== 'unknown',
    )
    .filter(({ node, backend }) => {
      const own = uses.filter((use) => use.node === node)
      return own.length > 0 && own.every((use) => use.backend !== backend)
    })
    .map((row) =>
      sign(
        row,
        isFailing ? 'decisive' : 'strong',
        `FORWARD drops by default in ${row.backend}, and Calico accepts in the other back-end`,
      ),
    )
}

const lost: ReadonlySet<string> = new Set(trafficSymptoms)

/** Host and image disagree. An image of today has both programs and Felix takes the fitting one; one before 1.8 cannot. */
function ofVersions(view: Reads<'versions'>): readonly Sign[] {
  const versions = iptablesVersions(view)
  const [nft] = versions.filter(({ backend }) => backend === 'nft')
  const [legacy] = versions.filter(({ backend }) => backend === 'legacy')
  if (nft === undefined || legacy === undefined) return []
  const says = `iptables ${legacy.row.version} and ${nft.row.version} write to different back-ends`
  return [sign(legacy.row, legacy.isOld ? 'decisive' : 'strong', says)]
}

/**
 * Who names the host's new back-end where traffic fails suspects it; Calico of before Felix detected the back-end by itself took the
 * old one unless it was told.
 */
const ofTold = (view: View<Needs>): readonly Sign[] =>
  felixBackend(view) === undefined && view.symptoms.some(({ id, when }) => when === 'now' && failing.has(id))
    ? iptablesVersions(view)
        .filter(({ backend, row }) => backend === 'nft' && row.from.isTold === true)
        .map(({ row }) => sign(row, 'weak', 'the host’s iptables uses nf_tables, as somebody says'))
    : []

const failing: ReadonlySet<string> = new Set(['cross-node-traffic-failing', 'pod-traffic-failing'])

/** That another back-end cured it says as much as that another one broke it. */
const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  view.rows('attempts').flatMap((row) => {
    if (row.act !== 'change-backend') return []
    if (row.outcome === 'cured') return [sign(row, 'strong', 'another back-end of iptables cured it')]
    if (row.outcome === 'no-change') return [sign(row, 'against', 'another back-end changed nothing')]
    const hasBroken = row.outcome === 'broke' || row.outcome === 'worse'
    return [sign(row, hasBroken ? 'strong' : 'weak', 'it fails since the back-end of iptables was changed')]
  })
