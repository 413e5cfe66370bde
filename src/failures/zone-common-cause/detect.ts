import type { Reads, Subject } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import {
  isSpoiltByOne,
  isWithoutWell,
  type Member,
  membersOf,
  type Share,
  sharesOf,
} from '#failures/zone-common-cause/shares.ts'

export interface CommonState {
  /** What they share: `zone dal12`. Undefined where only a person says that they share something. */
  readonly share: string | undefined
  readonly nodes: readonly string[]
}

type Needs = 'nodes' | 'pods' | 'workers' | 'remarks'

/**
 * Finds affected nodes that share a zone, subnet, pool, version or age which the well ones lack, where that is too unlikely by
 * chance. It is a pointer to where to look, not a mechanism: never decisive.
 */
export const detector = defineDetector<CommonState, Needs>({
  needs: ['nodes', 'pods'],
  uses: ['workers', 'remarks'],
  judges: 'cluster',
  detect: (view) => {
    const members = membersOf(view, (name) => isAffected(view, name))
    const shares = isWhole(view, members) ? sharesOf(members) : []
    const [first] = shares
    return findingsOf([...shares.map(ofShare), ...ofPeople(view)], {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, typical)
          ? {
              says:
                first === undefined
                  ? 'the affected nodes have something in common'
                  : `the affected nodes share the ${shareIn(first)}`,
              state: {
                share: first === undefined ? undefined : shareIn(first),
                nodes: first?.affected.map(({ name }) => name) ?? [],
              },
            }
          : undefined,
    })
  },
  explains: ({ state }, symptom) =>
    state.nodes.length === 0 ||
    dependents.has(symptom.id) ||
    [symptom.about, ...(symptom.involves ?? [])].some((one) => isAmong(one, state.nodes)),
  isHidden: (_, view) => {
    const members = membersOf(view, (name) => isAffected(view, name))
    return isSpoiltByOne(members) || isWithoutWell(members)
  },
})

const typical = [
  'node-not-ready',
  'calico-node-not-ready',
  'cni-not-initialized',
  'bgp-session-down',
  'network-unavailable',
  'node-flapping',
]

/** Pods elsewhere need those of the affected nodes. */
const dependents: ReadonlySet<string> = new Set([
  'pods-not-ready-on-node',
  'pod-traffic-failing',
  'cross-node-traffic-failing',
])

const ofNodes: ReadonlySet<string> = new Set([...typical, 'calico-node-missing-on-node'])

/** By a symptom of its own. A session that is down is of both ends: where the other end is affected otherwise, it is that one's. */
function isAffected(view: View<Needs>, name: string): boolean {
  const own = view.symptoms.filter(
    ({ id, about, when }) =>
      when === 'now' && ofNodes.has(id) && about.kind === 'node' && about.name === name,
  )
  return own.some(
    ({ id, involves = [] }) =>
      id !== session || !involves.some((one) => one.kind === 'node' && isSick(view, one.name)),
  )
}

const session = 'bgp-session-down'

/** By another symptom than a session. */
const isSick = (view: View<Needs>, name: string): boolean =>
  view.symptoms.some(
    ({ id, about, when }) =>
      when === 'now' && id !== session && ofNodes.has(id) && about.kind === 'node' && about.name === name,
  )

/** A part of the nodes proves nothing; who complains shows all of them where most of what is shown is well. */
function isWhole(view: Reads<'nodes' | 'workers'>, members: readonly Member[]): boolean {
  if (isComplete(view.coverage('nodes'))) return true
  const affected = members.filter((one) => one.isAffected).length
  return view.isComplaint === true && members.length - affected >= affected
}

const ofShare = (share: Share): Sign => {
  const { affected, well, nodes, chance } = share
  const [first] = affected as readonly [Member, ...Member[]] // a share has at least three
  const others = well === 0 ? 'none of the others' : `${well} of the ${nodes - affected.length} others`
  const says = `all ${affected.length} affected nodes have the ${shareIn(share)}, ${others} (by chance ${percent(chance)})`
  return sign({ from: first.from }, well === 0 ? 'strong' : 'weak', says, clusterSubject)
}

/** A day of creation says no more than that they came together. */
const shareIn = ({ trait, value }: Share): string =>
  trait === 'day of creation' ? 'same day of creation' : `${trait} ${value}`

const percent = (chance: number): string => `${(chance * 100).toPrecision(1)} %`

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  view
    .rows('remarks')
    .filter(({ says }) => says === 'zone-in-common')
    .map((row) => sign(row, 'weak', 'the affected nodes are of one zone, as somebody says', clusterSubject))

const isAmong = (one: Subject, names: readonly string[]): boolean =>
  one.kind === 'node' && names.includes(one.name)
