import type { Reads } from '#cluster/facts.ts'
import { networkOfLink } from '#cluster/other-networks.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { isCalicosChain } from '#cluster/refusals.ts'
import { isCalicosLink } from '#cluster/tunnels.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import type { Symptom } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { harmSigns } from '#failures/stale-state-other-cni/harm.ts'
import { distinct, type ResidueReads, residuesIn } from '#failures/stale-state-other-cni/residue.ts'

export interface OtherCniState {
  /** Whose state is left, as far as it is known. */
  readonly networks: readonly string[]
}

type Needs = ResidueReads | 'messages' | 'remarks' | 'attempts'

/**
 * Finds nodes on which rules, routes, devices or pods of another pod network are left (or of a Calico that was uninstalled), and
 * get in the way of the one that is meant to work.
 *
 * @see flannel-io/flannel:Documentation/troubleshooting.md; projectcalico/calico:calico/operations/decommissioning-a-node.mdx
 */
export const detector = defineDetector<OtherCniState, Needs>({
  needs: ['links', 'filterChains'],
  uses: [
    'routes',
    'filterRules',
    'pods',
    'hostPaths',
    'ipPools',
    'settings',
    'daemonSets',
    'messages',
    'remarks',
    'attempts',
  ],
  judges: 'node',
  detect: (view) => {
    const facts = [
      ...harmSigns(view),
      ...ofResidues(view),
      ...ofMessages(view),
      ...ofAttempts(view, residuesIn(view).length > 0 || wasOther(view)),
      ...ofUninstall(view),
    ]
    const signs = besideFacts(facts, ofPeople(view, view.isComplaint === true || isFailing(view.symptoms)))
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, typical)
          ? {
              says: 'state of another pod network, or of an earlier installation, is left on the node',
              state: { networks: [...new Set(residuesIn(view).map(({ network }) => network))] },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const typical = [...trafficSymptoms, 'sandbox-creation-failing']

const isFailing = (symptoms: readonly Symptom[]): boolean =>
  symptoms.some(({ id, when }) => when === 'now' && failing.has(id))

const wasOther = (view: Reads<'remarks'>): boolean =>
  view.rows('remarks').some(({ says }) => says === 'other-cni-was-used')

const failing: ReadonlySet<string> = new Set([
  ...typical,
  'bgp-session-down',
  'calico-node-not-ready',
  'api-unreachable',
])

/** One device may lie about for years; several kinds of remains are a network that was never taken away. */
function ofResidues(view: Reads<ResidueReads>): readonly Sign[] {
  const residues = distinct(residuesIn(view))
  const kinds = new Set(residues.map(({ kind }) => kind))
  return residues.map(({ row, says, kind }) =>
    sign(row, kinds.size > 1 || kind === 'pod' ? 'strong' : 'weak', says),
  )
}

const ofMessages = (view: Reads<'messages' | 'pods' | 'links'>): readonly Sign[] => {
  const other = view
    .rows('links')
    .find(({ name, in: where }) => where === 'host' && networkOfLink(name) !== undefined)
  return messageSigns(view, {
    'felix/vxlan-device-exists': [
      other === undefined ? 'weak' : 'decisive',
      other === undefined
        ? 'another VXLAN device has Calico’s number'
        : `another VXLAN device has Calico’s number, and ${other.name} is there`,
    ],
    'cni/plugin-missing': ['weak', 'a CNI configuration asks for a plugin that is not there'],
    'cni/route-exists': ['weak', 'a route that a pod needs is there already, into another device'],
  })
}

const ofAttempts = (view: Reads<'attempts'>, isMixed: boolean): readonly Sign[] =>
  attemptSigns(view, {
    // Many things are cured by it; that it was old rules, something else must show.
    'flush-rules': (row) => {
      const told = ofOutcome(row, 'all rules were flushed')
      return told?.[0] === 'strong' && !isMixed ? ['weak', told[1]] : told
    },
    'delete-device': (row) =>
      networkOfLink(row.after ?? '') === undefined ? undefined : ofOutcome(row, `${row.after} was deleted`),
    'uninstall-network': (row) => {
      const says = `${row.after ?? 'a network'} was uninstalled`
      if (row.outcome === 'cured') return ['strong', `${says}: it cured`]
      return row.outcome === 'broke' || row.outcome === 'worse'
        ? ['strong', `${says}: since then it is broken`]
        : ['weak', says]
    },
  })

/** Somebody took Calico away, and its chains or interfaces are still there. */
function ofUninstall(view: Reads<'attempts' | 'filterRules' | 'filterChains' | 'links'>): readonly Sign[] {
  if (
    !view.rows('attempts').some(({ act, after }) => act === 'uninstall-network' && calicos.has(after ?? ''))
  )
    return []
  const chain = [...view.rows('filterRules'), ...view.rows('filterChains')].find((row) =>
    isCalicosChain(row.chain),
  )
  const link = view.rows('links').find(({ name, in: where }) => where === 'host' && isCalicosLink(name))
  return [
    ...(chain === undefined
      ? []
      : [sign(chain, 'decisive', `Calico was uninstalled, and its chain ${chain.chain} is still there`)]),
    ...(link === undefined
      ? []
      : [sign(link, 'strong', `Calico was uninstalled, and ${link.name} is still there`)]),
  ]
}

const calicos: ReadonlySet<string> = new Set(['calico', 'tigera'])

const ofPeople = (view: Reads<'remarks'>, isFailing: boolean): readonly Sign[] =>
  remarkSigns(view, {
    'other-cni-was-used': [isFailing ? 'strong' : 'weak', 'another pod network was used before'],
    'other-cni-left': ['strong', 'something of another network is left, as somebody says'],
    'only-new-pods-fail': ['weak', 'only new pods fail'],
    'node-was-readded': ['weak', 'the node was made anew or joined again'],
    'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
  })
